// Runs training jobs: a bounded queue, a worker process a slot, resume after
// any death, and a feed of events for whoever watches.
//
// What is true on the disk is true: every change of state is in the catalogue
// before anyone hears of it, so that a server killed at any moment finds its
// jobs again. Jobs for one model run one after another.
#ifndef CAROUSEL_CORE_JOBS_JOB_RUNNER_H_
#define CAROUSEL_CORE_JOBS_JOB_RUNNER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/mutex.h"
#include "core/jobs/job_observer.h"
#include "core/jobs/worker.h"
#include "core/store/asset_store.h"
#include "core/store/data_folder.h"
#include "core/store/job_store.h"

namespace carousel {

struct JobRunnerOptions {
  int slots = 1;
  std::int64_t max_queued = 1000;  // one more is RESOURCE_EXHAUSTED
};

// What a watcher hears: every epoch once, in order, then the job when it ends;
// progress in between, which may be skipped.
using JobEvent = std::variant<EpochRecord, WorkerProgress, JobRecord>;

// Thread-safe.
class JobRunner {
 public:
  // Publishes a finished job's model folder; returns its version. Called from
  // the runner's own thread, without a lock, and again after a crash in the
  // middle: it must give the same version for the same job.
  using Publisher = std::function<absl::StatusOr<std::int64_t>(
      const JobRecord& job, const std::filesystem::path& model_folder)>;

  // Nothing is owned. `observer` may be null.
  JobRunner(const JobRunnerOptions& options, const DataFolder& folder,
            const AssetStore& assets, JobStore& jobs, WorkerLauncher& launcher,
            Publisher publisher, JobObserver* observer);
  // Stops as Stop() does.
  ~JobRunner();

  // Queues again what a dead server left RUNNING, and starts filling slots.
  absl::Status Start() EXCLUDES(mutex_);

  // Asks the workers to stop, waits for them, and leaves their jobs QUEUED,
  // to be resumed at the next start. Ends every watch.
  void Stop() EXCLUDES(mutex_);

  // Queues a job. FAILED_PRECONDITION once stopping (reason DRAINING).
  absl::StatusOr<JobRecord> Submit(JobRecord job) EXCLUDES(mutex_);

  // QUEUED is CANCELLED at once; RUNNING when its worker has stopped, which
  // the returned record shows by cancel_requested. Again is a no-op while it
  // stops; FAILED_PRECONDITION for a job that is over.
  absl::StatusOr<JobRecord> Cancel(std::string_view job) EXCLUDES(mutex_);

  // FAILED or CANCELLED is QUEUED again and goes on from its checkpoint.
  absl::StatusOr<JobRecord> Resume(std::string_view job) EXCLUDES(mutex_);

  // Epochs after `after_epoch` that are past, then what comes. `sink` is
  // called from the runner's threads, never after Unwatch has returned; the
  // job (terminal) is its last event. Returns an id for Unwatch.
  absl::StatusOr<std::int64_t> Watch(std::string_view job,
                                     std::int64_t after_epoch,
                                     std::function<void(const JobEvent&)> sink)
      EXCLUDES(mutex_);
  void Unwatch(std::int64_t watch) EXCLUDES(mutex_);

 private:
  class Impl;
  const std::unique_ptr<Impl> impl_;
  Mutex& mutex_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_JOBS_JOB_RUNNER_H_
