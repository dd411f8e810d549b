// JobRunner's slots: a thread each, which takes a job, follows its worker to
// the end and writes what becomes of the job.
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/jobs/job_folder.h"
#include "core/jobs/job_runner.h"

namespace carousel {
namespace {

// A worker that dies again before it has finished another epoch would do so
// for ever.
constexpr std::int64_t kWorkerDeathsToFail = 2;

void Fail(JobRecord& row, std::string reason) {
  row.state = JobState::kFailed;
  row.error = std::move(reason);
}

// What becomes of a job whose worker ended without a result.
void DecideUnfinished(const WorkerEnd& end, JobRecord& row) {
  if (row.cancel_requested) {
    row.state = JobState::kCancelled;
  } else if (end.failure.has_value()) {
    Fail(row, *end.failure);
  } else if (end.stopped || ++row.worker_deaths < kWorkerDeathsToFail) {
    row.state = JobState::kQueued;
  } else {
    Fail(row, absl::StrCat(row.worker_deaths,
                           " workers in a row ended without finishing an "
                           "epoch; the last one: ",
                           end.death, " (its log is jobs/", row.job, "/",
                           kWorkerLog, ")"));
  }
}

// An error that the same write would meet again.
bool IsLasting(const absl::Status& status) {
  return absl::IsFailedPrecondition(status) || absl::IsNotFound(status) ||
         absl::IsInvalidArgument(status);
}

}  // namespace

void JobRunner::RunSlot(int slot) {
  while (const std::optional<JobRecord> job = TakeJob(slot)) {
    if (observer_ != nullptr) observer_->OnSlotTaken(slot, *job);
    RunJob(slot, *job);
    MutexLock lock(mutex_);
    active_.erase(job->job);
    queue_.Release(job->model);
    changed_.NotifyAll();
  }
}

std::optional<JobRecord> JobRunner::TakeJob(int slot) {
  MutexLock lock(mutex_);
  while (!stopping_) {
    const std::optional<JobQueue::Ticket> ticket = queue_.Take();
    if (!ticket.has_value()) {
      changed_.Wait(mutex_);
      continue;
    }
    ActiveJob& active = active_[ticket->job];
    const auto running = WriteThrough(ticket->job, [&] {
      return jobs_.Update(ticket->job, [](JobRecord& row) {
        row.state = JobState::kRunning;
        return absl::OkStatus();
      });
    });
    if (running.ok()) {
      active.slot = slot;
      active.record = *running;
      return *running;
    }
    // It was cancelled while the catalogue could not be written, or the runner
    // stops and it is QUEUED at the next start.
    active_.erase(ticket->job);
    queue_.Release(ticket->model);
  }
  return std::nullopt;
}

void JobRunner::RunJob(int slot, const JobRecord& job) {
  const WorkerEnd end = RunWorker(slot, job);
  JobRecord concluded;
  std::optional<JobRecord> finished;
  if (end.done.has_value()) finished = BeginPublishing(job.job, *end.done);
  if (finished.has_value()) {
    concluded = Conclude(job.job, Publish(*finished, end.done->model_folder));
  } else {
    concluded =
        Conclude(job.job, [&](JobRecord& row) { DecideUnfinished(end, row); });
  }
  if (concluded.state == JobState::kSucceeded) {
    const absl::Status removed = RemoveTrainingFiles(folder_.job(job.job));
    if (!removed.ok()) Report(job.job, removed);
  }
  if (observer_ != nullptr) observer_->OnSlotFreed(slot, concluded);
}

WorkerEnd JobRunner::RunWorker(int slot, const JobRecord& job) {
  const auto assignment = MakeAssignment(slot, job);
  if (!assignment.ok()) {
    WorkerEnd end;
    end.death = ToStdView(assignment.status().message());
    return end;
  }
  WorkerRun run(options_.stop_grace);
  {
    MutexLock lock(mutex_);
    ActiveJob& active = active_.at(job.job);
    active.worker = &run;
    if (stopping_ || active.record.cancel_requested) run.RequestStop();
  }
  WorkerEnd end = run.Run(
      launcher_, *assignment,
      [&](const WorkerEvent& event) { OnWorkerEvent(slot, job.job, event); });
  MutexLock lock(mutex_);
  active_.at(job.job).worker = nullptr;
  return end;
}

absl::StatusOr<WorkerAssignment> JobRunner::MakeAssignment(
    int slot, const JobRecord& job) const {
  ASSIGN_OR_RETURN(const DatasetRecord dataset,
                   assets_.GetDataset(job.dataset));
  ASSIGN_OR_RETURN(const VectorsRecord vectors,
                   assets_.GetVectors(job.vectors));
  WorkerAssignment assignment;
  assignment.job = job;
  assignment.slot = slot;
  assignment.dataset_folder = folder_.dataset(job.dataset);
  assignment.vectors_file = folder_.vectors_file(job.vectors);
  assignment.job_folder = folder_.job(job.job);
  assignment.dataset_sha256 = dataset.sha256;
  assignment.vectors_sha256 = vectors.sha256;
  RETURN_IF_ERROR(CreateFolder(assignment.job_folder));
  return assignment;
}

void JobRunner::OnWorkerEvent(int slot, const std::string& job,
                              const WorkerEvent& event) {
  if (const auto* epoch = std::get_if<WorkerEpoch>(&event)) {
    OnEpoch(slot, job, epoch->epoch);
  } else if (const auto* progress = std::get_if<WorkerProgress>(&event)) {
    hub_.Post(job, *progress);
    if (observer_ == nullptr) return;
    mutex_.Lock();
    const JobRecord record = active_.at(job).record;
    mutex_.Unlock();
    observer_->OnProgress(slot, record, *progress);
  }
}

void JobRunner::OnEpoch(int slot, const std::string& job,
                        const EpochRecord& epoch) {
  JobRecord record;
  {
    MutexLock lock(mutex_);
    ActiveJob& active = active_.at(job);
    // A resumed worker tells the epochs of its checkpoint again; they are
    // neither new nor a sign that it gets any further than the one before it.
    if (epoch.epoch <= active.record.epoch) return;
    auto written =
        WriteThrough(job, [&] { return jobs_.AddEpoch(job, epoch); });
    if (!written.ok()) return;  // the next worker tells it again
    active.record = record = *std::move(written);
    hub_.Post(job, epoch);
  }
  if (observer_ != nullptr) observer_->OnEpoch(slot, record, epoch);
}

std::optional<JobRecord> JobRunner::BeginPublishing(const std::string& job,
                                                    const WorkerDone& done) {
  MutexLock lock(mutex_);
  ActiveJob& active = active_.at(job);
  if (active.record.cancel_requested) return std::nullopt;
  active.publishing = true;
  JobRecord finished = active.record;
  finished.best_epoch = done.best_epoch;
  finished.best_validation_accuracy = done.best_validation_accuracy;
  return finished;
}

JobRunner::Decision JobRunner::Publish(
    const JobRecord& job, const std::filesystem::path& model_folder) {
  const absl::StatusOr<std::int64_t> version = publisher_(job, model_folder);
  return [version, job](JobRecord& row) {
    row.best_epoch = job.best_epoch;
    row.best_validation_accuracy = job.best_validation_accuracy;
    if (version.ok()) {
      row.state = JobState::kSucceeded;
      row.version = *version;
    } else {
      Fail(row, absl::StrCat("the model could not be published: ",
                             version.status().message()));
    }
  };
}

JobRecord JobRunner::Conclude(const std::string& job, const Decision& decide) {
  MutexLock lock(mutex_);
  ActiveJob& active = active_.at(job);
  const auto written = WriteThrough(job, [&] {
    return jobs_.Update(job, [&](JobRecord& row) {
      decide(row);
      return absl::OkStatus();
    });
  });
  // Not written: the runner stops, and the next start finds the job RUNNING.
  if (!written.ok()) return active.record;
  active.record = *written;
  if (IsTerminal(written->state)) {
    hub_.Post(job, *written);
  } else {
    queue_.PushFront(*written);
  }
  return *written;
}

absl::StatusOr<JobRecord> JobRunner::WriteThrough(
    std::string_view job,
    const std::function<absl::StatusOr<JobRecord>()>& write) {
  for (;;) {
    auto written = write();
    if (written.ok()) return written;
    const bool is_final = stopping_ || IsLasting(written.status());
    mutex_.Unlock();
    Report(job, written.status());
    mutex_.Lock();
    if (is_final) return written;
    const auto deadline =
        std::chrono::steady_clock::now() + options_.retry_delay;
    while (!stopping_ && std::chrono::steady_clock::now() < deadline) {
      changed_.WaitUntil(mutex_, deadline);
    }
  }
}

void JobRunner::Report(std::string_view job,
                       const absl::Status& problem) const {
  if (observer_ != nullptr) observer_->OnProblem(job, problem);
}

}  // namespace carousel
