// Runs training jobs: a bounded queue, a worker process a slot, resume after
// any death, and a feed of events for whoever watches.
//
// What is true on the disk is true: every change of state is in the catalogue
// before anyone hears of it, so that a server killed at any moment finds its
// jobs again. A change that the catalogue refuses for now (a full disk) is
// tried again until it is there. Jobs for one model run one after another. A
// worker that cannot be started for now is no job's fault: the job stays
// QUEUED, and its slot tries again, later each time.
//
// A thread a slot takes a job, follows its worker to the end and decides what
// becomes of the job; a worker's events arrive on a thread of the worker's.
#ifndef CAROUSEL_CORE_JOBS_JOB_RUNNER_H_
#define CAROUSEL_CORE_JOBS_JOB_RUNNER_H_

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/base/mutex.h"
#include "core/jobs/job_event.h"
#include "core/jobs/job_observer.h"
#include "core/jobs/job_outlook.h"
#include "core/jobs/job_queue.h"
#include "core/jobs/stall_watch.h"
#include "core/jobs/time_left.h"
#include "core/jobs/watch_hub.h"
#include "core/jobs/worker.h"
#include "core/jobs/worker_run.h"
#include "core/store/asset_store.h"
#include "core/store/data_folder.h"
#include "core/store/job_store.h"

namespace carousel {

struct JobRunnerOptions {
  int slots = 1;
  std::int64_t max_queued = 1000;  // one more is RESOURCE_EXHAUSTED
  // How long a worker may take to end when its job is cancelled, and when the
  // runner stops; then it is killed.
  std::chrono::steady_clock::duration cancel_grace = std::chrono::seconds(20);
  std::chrono::steady_clock::duration stop_grace = std::chrono::seconds(20);
  // Before a job goes on whose worker died, and before a launch that failed or
  // a write that the catalogue refused is tried again: there it doubles with
  // every try, up to a minute.
  std::chrono::steady_clock::duration retry_delay = std::chrono::seconds(1);
  // When a worker that tells nothing is killed: that is a death of its own.
  StallRule stall;
};

// Thread-safe.
class JobRunner {
 public:
  // Publishes a finished job's model folder, or that of the vectors it trained;
  // returns its version (0 for vectors). `job` has
  // the best epoch and its accuracy. Called from a slot's thread or Start(),
  // without a lock, and again after a crash in the middle: it must give the
  // same version for the same job and do what is left; it does not read the
  // folder of a job whose version is there.
  using Publisher = std::function<absl::StatusOr<std::int64_t>(
      const JobRecord& job, const std::filesystem::path& model_folder)>;
  // The version that a job has published; nothing when it has none.
  using VersionFinder =
      std::function<absl::StatusOr<std::optional<std::int64_t>>(
          const std::string& job)>;

  // Nothing is owned. `observer` may be null.
  JobRunner(const JobRunnerOptions& options, const DataFolder& folder,
            const AssetStore& assets, JobStore& jobs, WorkerLauncher& launcher,
            Publisher publisher, VersionFinder find_version,
            JobObserver* observer, const Clock& clock = Clock::Real());
  // Stops as Stop() does.
  ~JobRunner();

  // Concludes what a dead server left RUNNING: SUCCEEDED when it had published
  // already, CANCELLED where that was asked for, else QUEUED again. Then starts
  // filling slots. Call once.
  absl::Status Start() EXCLUDES(mutex_);

  // Asks the workers to stop, waits for them, and leaves their jobs QUEUED,
  // to be resumed at the next start. Ends every watch.
  void Stop() EXCLUDES(mutex_);

  // Queues a job. UNAVAILABLE once stopping (reason DRAINING),
  // RESOURCE_EXHAUSTED when the queue is full (reason QUEUE_FULL, with a retry
  // delay), and the errors of JobStore::Add. A repeated request_id is none of
  // the first two: it gives the job that it made.
  absl::StatusOr<JobRecord> Submit(JobRecord job) EXCLUDES(mutex_);

  // QUEUED is CANCELLED at once; RUNNING when its worker has stopped, which
  // the returned record shows by cancel_requested. Again is a no-op while it
  // stops; FAILED_PRECONDITION for a job that is over or whose model is being
  // published.
  absl::StatusOr<JobRecord> Cancel(std::string_view job) EXCLUDES(mutex_);

  // FAILED or CANCELLED is QUEUED again and goes on from its checkpoint.
  // FAILED_PRECONDITION in another state; else as Submit.
  absl::StatusOr<JobRecord> Resume(std::string_view job) EXCLUDES(mutex_);

  // Of a job as the catalogue has given it.
  JobOutlook Outlook(const JobRecord& job) const EXCLUDES(mutex_);

  // Epochs after `after_epoch` that are past, then what comes. `sink` is
  // called from the runner's threads, never after Unwatch has returned; the
  // job is its last event. Returns an id for Unwatch.
  absl::StatusOr<std::int64_t> Watch(std::string_view job,
                                     std::int64_t after_epoch, JobSink sink)
      EXCLUDES(mutex_);
  // Waits for a running call of that sink, unless called from it. A no-op for
  // a watch that is over.
  void Unwatch(std::int64_t watch) EXCLUDES(mutex_);

 private:
  // A job in a slot.
  struct ActiveJob {
    int slot = 0;
    JobRecord record;             // as it was last written
    WorkerRun* worker = nullptr;  // while there is one
    bool publishing = false;      // too late to cancel
    std::string stage;            // the last that was told, or ""
    std::optional<TimeLeft> time_left;
  };
  using Decision = std::function<void(JobRecord& row)>;

  // job_runner.cc: what callers ask for.
  absl::Status Recover() REQUIRES(mutex_);
  absl::Status CheckMayQueue() const REQUIRES(mutex_);
  absl::StatusOr<JobRecord> CancelQueued(const JobRecord& job) REQUIRES(mutex_);
  absl::StatusOr<JobRecord> CancelRunning(const JobRecord& job)
      REQUIRES(mutex_);
  void StopOnce() EXCLUDES(mutex_);
  void EndWatches() EXCLUDES(mutex_);

  // job_slots.cc: what a slot's thread does.
  void RunSlot(int slot) EXCLUDES(mutex_);
  std::optional<JobRecord> TakeJob(int slot) EXCLUDES(mutex_);
  // From OnSlotTaken to OnSlotFreed. An exception counts as a worker's death.
  WorkerEnd RunJob(int slot, const JobRecord& job) EXCLUDES(mutex_);
  WorkerEnd RunWorker(int slot, const JobRecord& job) EXCLUDES(mutex_);
  JobRecord ConcludeWorker(const JobRecord& job, const WorkerEnd& end)
      EXCLUDES(mutex_);
  absl::StatusOr<WorkerAssignment> MakeAssignment(int slot,
                                                  const JobRecord& job) const;
  // Waits while the job is queued, so that a cancel ends it, but no longer than
  // `delay` or than the runner runs.
  void HoldBack(const std::string& job,
                std::chrono::steady_clock::duration delay) REQUIRES(mutex_);
  void OnWorkerEvent(int slot, const std::string& job, const WorkerEvent& event)
      EXCLUDES(mutex_);
  void OnStage(const std::string& job, const WorkerStage& stage)
      REQUIRES(mutex_);
  void OnProgress(int slot, const std::string& job,
                  const WorkerProgress& progress) EXCLUDES(mutex_);
  void OnEpoch(int slot, const std::string& job, const EpochRecord& epoch)
      EXCLUDES(mutex_);
  // Writes what becomes of the job, and tells it.
  JobRecord Conclude(const std::string& job, const Decision& decide)
      EXCLUDES(mutex_);
  // Writes, and writes again until it is done, the runner stops, or the error
  // is one that does not pass. Unlocks in between.
  absl::StatusOr<JobRecord> WriteThrough(
      std::string_view job,
      const std::function<absl::StatusOr<JobRecord>()>& write) REQUIRES(mutex_);
  void Report(std::string_view job, const absl::Status& problem) const
      EXCLUDES(mutex_);

  // job_publishing.cc
  // The job as its publisher sees it, which cannot be cancelled any more;
  // nothing when it was to be cancelled before.
  std::optional<JobRecord> BeginPublishing(const std::string& job,
                                           const WorkerDone& done)
      EXCLUDES(mutex_);
  absl::StatusOr<std::int64_t> TryPublish(
      const JobRecord& job, const std::filesystem::path& model_folder) const;
  Decision Publish(const JobRecord& job,
                   const std::filesystem::path& model_folder) const;
  // Concludes the jobs whose server died between publishing and saying so. A
  // cancel after that must not find them.
  absl::Status FinishPublished() EXCLUDES(mutex_);

  const JobRunnerOptions options_;
  const DataFolder& folder_;
  const AssetStore& assets_;
  JobStore& jobs_;
  WorkerLauncher& launcher_;
  const Publisher publisher_;
  const VersionFinder find_version_;
  JobObserver* const observer_;
  const Clock& clock_;

  // Held across the writes to the catalogue, so that everybody hears of
  // changes in the catalogue's order. The hub's and a WorkerRun's own locks
  // are taken inside it, never the other way round.
  mutable Mutex mutex_;
  CondVar changed_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  bool watches_ended_ GUARDED_BY(mutex_) = false;
  JobQueue queue_ GUARDED_BY(mutex_);
  std::map<std::string, ActiveJob, std::less<>> active_ GUARDED_BY(mutex_);
  std::vector<std::thread> slots_ GUARDED_BY(mutex_);
  std::once_flag stop_once_;
  WatchHub hub_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_JOBS_JOB_RUNNER_H_
