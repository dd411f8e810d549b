#include "core/jobs/job_runner.h"

#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/jobs/job_folder.h"

namespace carousel {
namespace {

// Threads that call the sinks of watchers: one that a watcher holds up leaves
// the others served.
constexpr std::size_t kWatchThreads = 2;
// A queue moves when a job ends, which takes minutes; this keeps a client that
// repeats itself from being a burden without making it wait for long.
constexpr absl::Duration kFullQueueDelay = absl::Seconds(10);

absl::Status WrongState(const JobRecord& job, std::string_view rule) {
  return WithReason(absl::FailedPreconditionError(absl::StrCat(
                        job.job, " is ", ToAbslView(ToString(job.state)), "; ",
                        ToAbslView(rule))),
                    "WRONG_JOB_STATE");
}

}  // namespace

JobRunner::JobRunner(const JobRunnerOptions& options, const DataFolder& folder,
                     const AssetStore& assets, JobStore& jobs,
                     WorkerLauncher& launcher, Publisher publisher,
                     VersionFinder find_version, JobObserver* observer,
                     const Clock& clock)
    : options_(options),
      folder_(folder),
      assets_(assets),
      jobs_(jobs),
      launcher_(launcher),
      publisher_(std::move(publisher)),
      find_version_(std::move(find_version)),
      observer_(observer),
      clock_(clock),
      hub_(kWatchThreads) {}

JobRunner::~JobRunner() { Stop(); }

absl::Status JobRunner::Start() {
  RETURN_IF_ERROR(FinishPublished());
  // A crash right after a success leaves the files that the success made
  // useless. They are in nobody's way, so they keep nobody from starting.
  const absl::Status tidied =
      RemoveFilesOfSucceededJobs(folder_.root() / "jobs", jobs_);
  if (!tidied.ok()) Report("", tidied);
  MutexLock lock(mutex_);
  if (stopping_) return CheckMayQueue();
  RETURN_IF_ERROR(Recover());
  for (int slot = 0; slot < options_.slots; ++slot) {
    slots_.emplace_back([this, slot] { RunSlot(slot); });
  }
  return absl::OkStatus();
}

absl::Status JobRunner::Recover() {
  ASSIGN_OR_RETURN(const std::vector<JobRecord> interrupted,
                   jobs_.InState(JobState::kRunning));
  for (const JobRecord& job : interrupted) {
    const auto recovered = jobs_.Update(job.job, [](JobRecord& row) {
      row.state =
          row.cancel_requested ? JobState::kCancelled : JobState::kQueued;
      return absl::OkStatus();
    });
    RETURN_IF_ERROR(recovered.status());
    if (IsTerminal(recovered->state)) hub_.Post(job.job, *recovered);
  }
  ASSIGN_OR_RETURN(const std::vector<JobRecord> queued,
                   jobs_.InState(JobState::kQueued));
  queue_.Clear();
  for (const JobRecord& job : queued) queue_.PushBack(job);
  return absl::OkStatus();
}

void JobRunner::Stop() {
  std::call_once(stop_once_, [this] { StopOnce(); });
}

void JobRunner::StopOnce() {
  std::vector<std::thread> slots;
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    for (auto& [job, active] : active_) {
      if (active.worker == nullptr) continue;
      active.worker->RequestStop(options_.stop_grace);
    }
    changed_.NotifyAll();
    slots.swap(slots_);
  }
  for (std::thread& slot : slots) slot.join();
  EndWatches();
}

void JobRunner::EndWatches() {
  MutexLock lock(mutex_);
  watches_ended_ = true;
  for (const std::string& job : hub_.WatchedJobs()) {
    JobRecord last;
    last.job = job;  // all there is to say if the catalogue cannot be read
    if (auto record = jobs_.Get(job); record.ok()) last = *std::move(record);
    hub_.Post(job, last);
  }
}

absl::Status JobRunner::CheckMayQueue() const {
  if (stopping_) {
    return WithReason(
        absl::UnavailableError("the server is stopping and takes no more jobs"),
        "DRAINING");
  }
  if (queue_.size() >= static_cast<std::size_t>(options_.max_queued)) {
    return WithRetryDelay(
        WithReason(absl::ResourceExhaustedError(
                       absl::StrCat(queue_.size(), " jobs are queued; at most ",
                                    options_.max_queued, " may be")),
                   "QUEUE_FULL"),
        kFullQueueDelay);
  }
  return absl::OkStatus();
}

absl::StatusOr<JobRecord> JobRunner::Submit(JobRecord job) {
  MutexLock lock(mutex_);
  // A repeated request gives the job of the first, wherever that is by now,
  // and asks for no place in the queue.
  ASSIGN_OR_RETURN(const std::optional<JobRecord> earlier,
                   jobs_.FindByRequest(job.request_id));
  if (!earlier.has_value()) RETURN_IF_ERROR(CheckMayQueue());
  ASSIGN_OR_RETURN(JobRecord added, jobs_.Add(std::move(job)));
  const bool is_known =
      queue_.Contains(added.job) || active_.contains(added.job);
  if (added.state == JobState::kQueued && !is_known) {
    queue_.PushBack(added);
    changed_.NotifyAll();
  }
  return added;
}

absl::StatusOr<JobRecord> JobRunner::Cancel(std::string_view job) {
  MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(const JobRecord record, jobs_.Get(job));
  switch (record.state) {
    case JobState::kQueued:
      return CancelQueued(record);
    case JobState::kRunning:
      return CancelRunning(record);
    default:
      return WrongState(record,
                        "only a QUEUED or RUNNING job can be cancelled");
  }
}

absl::StatusOr<JobRecord> JobRunner::CancelQueued(const JobRecord& job) {
  ASSIGN_OR_RETURN(JobRecord cancelled,
                   jobs_.Update(job.job, [](JobRecord& row) {
                     row.state = JobState::kCancelled;
                     row.cancel_requested = true;
                     return absl::OkStatus();
                   }));
  queue_.Remove(job.job);
  changed_.NotifyAll();  // a slot may be holding it back
  hub_.Post(job.job, cancelled);
  return cancelled;
}

absl::StatusOr<JobRecord> JobRunner::CancelRunning(const JobRecord& job) {
  if (job.cancel_requested) return job;
  const auto found = active_.find(job.job);
  if (found != active_.end() && found->second.publishing) {
    return WrongState(job,
                      "its training is over and its model is being "
                      "published, too late to cancel it");
  }
  ASSIGN_OR_RETURN(JobRecord marked, jobs_.Update(job.job, [](JobRecord& row) {
    row.cancel_requested = true;
    return absl::OkStatus();
  }));
  // Before Start() it is a dead server's job, which Start() then cancels.
  if (found != active_.end()) {
    found->second.record = marked;
    if (found->second.worker != nullptr) {
      found->second.worker->RequestStop(options_.cancel_grace);
    }
  }
  return marked;
}

absl::StatusOr<JobRecord> JobRunner::Resume(std::string_view job) {
  MutexLock lock(mutex_);
  RETURN_IF_ERROR(CheckMayQueue());
  ASSIGN_OR_RETURN(JobRecord queued, jobs_.Update(job, [](JobRecord& row) {
    if (row.state != JobState::kFailed && row.state != JobState::kCancelled) {
      return WrongState(row, "only a FAILED or CANCELLED job can be resumed");
    }
    row.state = JobState::kQueued;
    return absl::OkStatus();
  }));
  queue_.PushBack(queued);
  changed_.NotifyAll();
  return queued;
}

JobOutlook JobRunner::Outlook(const JobRecord& job) const {
  MutexLock lock(mutex_);
  JobOutlook outlook;
  if (job.state == JobState::kQueued) {
    outlook.queue_position = queue_.Position(job.job);
  } else if (job.state == JobState::kRunning) {
    const auto found = active_.find(job.job);
    if (found != active_.end() && found->second.time_left.has_value()) {
      outlook.remaining_seconds =
          found->second.time_left->Seconds(clock_.SteadyNow());
    }
  }
  return outlook;
}

absl::StatusOr<std::int64_t> JobRunner::Watch(std::string_view job,
                                              std::int64_t after_epoch,
                                              JobSink sink) {
  // Epochs are written and posted under this lock: none falls between the past
  // that is read here and the future that the hub brings.
  MutexLock lock(mutex_);
  ASSIGN_OR_RETURN(const JobRecord record, jobs_.Get(job));
  ASSIGN_OR_RETURN(const std::vector<EpochRecord> past, jobs_.ListEpochs(job));
  const std::int64_t id =
      hub_.Add(record.job, after_epoch, past, std::move(sink));
  if (IsTerminal(record.state) || watches_ended_) {
    hub_.PostTo(id, record);
  } else if (const auto active = active_.find(record.job);
             active != active_.end() && !active->second.stage.empty()) {
    hub_.PostTo(id, WorkerStage{active->second.stage});
  }
  return id;
}

void JobRunner::Unwatch(std::int64_t watch) { hub_.Remove(watch); }

}  // namespace carousel
