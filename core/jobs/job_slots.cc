// JobRunner's slots: a thread each, which takes a job, follows its worker to
// the end and writes what becomes of the job.
#include <exception>
#include <string>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "core/base/error_details.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/jobs/backoff.h"
#include "core/jobs/job_folder.h"
#include "core/jobs/job_runner.h"
#include "core/jobs/job_verdict.h"

namespace carousel {
namespace {

// An error that the same write would meet again.
bool IsLasting(const absl::Status& status) {
  return absl::IsFailedPrecondition(status) || absl::IsNotFound(status) ||
         absl::IsInvalidArgument(status);
}

}  // namespace

void JobRunner::RunSlot(int slot) {
  Backoff launches(options_.retry_delay);
  while (const std::optional<JobRecord> job = TakeJob(slot)) {
    const WorkerEnd end = RunJob(slot, *job);
    MutexLock lock(mutex_);
    active_.erase(job->job);
    // While its model is taken no other slot takes the job either.
    if (!end.not_started.ok()) {
      HoldBack(job->job, launches.Next());
    } else {
      launches.Reset();
      if (end.died()) HoldBack(job->job, options_.retry_delay);
    }
    queue_.Release(JobQueue::OutputOf(*job));
    changed_.NotifyAll();
  }
}

void JobRunner::HoldBack(const std::string& job,
                         std::chrono::steady_clock::duration delay) {
  const auto deadline = std::chrono::steady_clock::now() + delay;
  while (!stopping_ && queue_.Contains(job) &&
         std::chrono::steady_clock::now() < deadline) {
    changed_.WaitUntil(mutex_, deadline);
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
      // Without them it is the first epoch that says how long it takes.
      active.time_left.emplace(
          running->epochs,
          jobs_.ListEpochs(ticket->job).value_or(std::vector<EpochRecord>()));
      return *running;
    }
    // It was cancelled while the catalogue could not be written, or the runner
    // stops and it is QUEUED at the next start.
    active_.erase(ticket->job);
    queue_.Release(ticket->output);
  }
  return std::nullopt;
}

WorkerEnd JobRunner::RunJob(int slot, const JobRecord& job) {
  WorkerEnd end;
  JobRecord concluded;
  try {
    if (observer_ != nullptr) observer_->OnSlotTaken(slot, job);
    end = RunWorker(slot, job);
    concluded = ConcludeWorker(job, end);
  } catch (const std::exception& error) {
    Report(job.job, absl::InternalError(error.what()));
    end = WorkerEnd{.death = error.what()};
    concluded =
        Conclude(job.job, [&](JobRecord& row) { DecideUnfinished(end, row); });
  }
  if (observer_ != nullptr) observer_->OnSlotFreed(slot, concluded);
  return end;
}

JobRecord JobRunner::ConcludeWorker(const JobRecord& job,
                                    const WorkerEnd& end) {
  if (!end.not_started.ok()) {
    Report(job.job,
           WithContext(end.not_started,
                       "the worker could not be started; this will be tried "
                       "again"));
  }
  std::optional<JobRecord> finished;
  if (end.done.has_value()) finished = BeginPublishing(job.job, *end.done);
  if (!finished.has_value()) {
    return Conclude(job.job,
                    [&](JobRecord& row) { DecideUnfinished(end, row); });
  }
  JobRecord concluded =
      Conclude(job.job, Publish(*finished, end.done->model_folder));
  if (concluded.state == JobState::kSucceeded) {
    const absl::Status removed = RemoveTrainingFiles(folder_.job(job.job));
    if (!removed.ok()) Report(job.job, removed);
  }
  return concluded;
}

WorkerEnd JobRunner::RunWorker(int slot, const JobRecord& job) {
  const auto assignment = MakeAssignment(slot, job);
  if (absl::IsNotFound(assignment.status())) {
    // No other try would find it.
    return WorkerEnd{.failure = std::string(assignment.status().message())};
  }
  absl::Status ready = assignment.status();
  if (ready.ok()) ready = CreateFolder(assignment->job_folder);
  if (!ready.ok()) return WorkerEnd{.not_started = ready};

  WorkerRun run(options_.stall);
  {
    MutexLock lock(mutex_);
    ActiveJob& active = active_.at(job.job);
    active.worker = &run;
    if (stopping_) run.RequestStop(options_.stop_grace);
    if (active.record.cancel_requested) run.RequestStop(options_.cancel_grace);
  }
  const absl::Cleanup forget_run = [&] {
    MutexLock lock(mutex_);
    active_.at(job.job).worker = nullptr;
  };
  return run.Run(launcher_, *assignment, [&](const WorkerEvent& event) {
    OnWorkerEvent(slot, job.job, event);
  });
}

absl::StatusOr<WorkerAssignment> JobRunner::MakeAssignment(
    int slot, const JobRecord& job) const {
  ASSIGN_OR_RETURN(const DatasetRecord dataset,
                   assets_.GetDataset(job.dataset));
  WorkerAssignment assignment;
  assignment.job = job;
  assignment.slot = slot;
  assignment.dataset_folder = folder_.dataset(job.dataset);
  assignment.job_folder = folder_.job(job.job);
  assignment.dataset_sha256 = dataset.sha256;
  if (job.kind == JobKind::kVectors) {
    for (const std::string& other : job.other_datasets) {
      RETURN_IF_ERROR(assets_.GetDataset(other).status());
      assignment.other_dataset_folders.push_back(folder_.dataset(other));
    }
    return assignment;
  }
  ASSIGN_OR_RETURN(const VectorsRecord vectors,
                   assets_.GetVectors(job.vectors));
  assignment.vectors_file = folder_.vectors_file(job.vectors);
  assignment.vectors_sha256 = vectors.sha256;
  return assignment;
}

void JobRunner::OnWorkerEvent(int slot, const std::string& job,
                              const WorkerEvent& event) {
  if (const auto* epoch = std::get_if<WorkerEpoch>(&event)) {
    OnEpoch(slot, job, epoch->epoch);
  } else if (const auto* progress = std::get_if<WorkerProgress>(&event)) {
    OnProgress(slot, job, *progress);
  } else if (const auto* stage = std::get_if<WorkerStage>(&event)) {
    MutexLock lock(mutex_);
    OnStage(job, *stage);
  }
}

// Under the lock, so that a watcher who comes meanwhile hears of it once.
void JobRunner::OnStage(const std::string& job, const WorkerStage& stage) {
  active_.at(job).stage = stage.stage;
  hub_.Post(job, stage);
}

void JobRunner::OnProgress(int slot, const std::string& job,
                           const WorkerProgress& progress) {
  JobRecord record;
  {
    MutexLock lock(mutex_);
    ActiveJob& active = active_.at(job);
    record = active.record;
    const auto now = clock_.SteadyNow();
    active.time_left->OnProgress(progress, now);
    hub_.Post(job, JobProgress{progress, active.time_left->Seconds(now)});
  }
  if (observer_ != nullptr) observer_->OnProgress(slot, record, progress);
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
    active.time_left->OnEpoch(epoch);
    hub_.Post(job, epoch);
  }
  if (observer_ != nullptr) observer_->OnEpoch(slot, record, epoch);
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
  Backoff backoff(options_.retry_delay);
  for (;;) {
    auto written = write();
    if (written.ok()) return written;
    const bool is_final = stopping_ || IsLasting(written.status());
    mutex_.Unlock();
    Report(job, written.status());
    mutex_.Lock();
    if (is_final) return written;
    const auto deadline = std::chrono::steady_clock::now() + backoff.Next();
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
