// One worker from its launch to its end.
#ifndef CAROUSEL_CORE_JOBS_WORKER_RUN_H_
#define CAROUSEL_CORE_JOBS_WORKER_RUN_H_

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "core/base/mutex.h"
#include "core/jobs/stall_watch.h"
#include "core/jobs/worker.h"

namespace carousel {

// How a worker ended. At most one of the first four says something.
struct WorkerEnd {
  std::optional<WorkerDone> done;
  std::optional<std::string> failure;  // the run's own verdict
  bool stopped = false;                // somebody asked it to
  absl::Status not_started;            // why there never was a worker
  std::string death;                   // what happened to it otherwise

  bool died() const {
    return !done.has_value() && !failure.has_value() && !stopped &&
           not_started.ok();
  }
};

// Thread-safe; Run() is called once.
class WorkerRun {
 public:
  explicit WorkerRun(const StallRule& stall = {})
      : stall_(stall), stall_watch_(stall) {}

  // Launches the worker and returns when it is gone. `on_event` hears stages,
  // progress and epochs, from the worker's thread. A worker that is silent for
  // longer than the rule allows is killed; after its verdict that changes
  // nothing, else it has died of it.
  WorkerEnd Run(WorkerLauncher& launcher, const WorkerAssignment& assignment,
                const std::function<void(const WorkerEvent&)>& on_event)
      EXCLUDES(mutex_);

  // Asks the worker to stop, now or as soon as it is launched. One that is
  // still there after `grace` is killed; of several requests the one that
  // allows least counts.
  void RequestStop(std::chrono::steady_clock::duration grace) EXCLUDES(mutex_);

 private:
  // Records how the worker ends; false for what is no part of that.
  bool RecordEnd(const WorkerEvent& event) EXCLUDES(mutex_);
  void WaitForExit(Worker& worker) EXCLUDES(mutex_);
  // Until it has exited, somebody wants it to stop, or it has stalled.
  void WaitForNews() REQUIRES(mutex_);
  void Kill(Worker& worker) REQUIRES(mutex_);
  std::string DescribeDeath(const WorkerExited& exited) const REQUIRES(mutex_);

  const StallRule stall_;

  Mutex mutex_;
  CondVar changed_;
  // When the worker is killed; set when somebody has asked it to stop.
  std::optional<std::chrono::steady_clock::time_point> deadline_
      GUARDED_BY(mutex_);
  bool exited_ GUARDED_BY(mutex_) = false;
  StallWatch stall_watch_ GUARDED_BY(mutex_);
  bool stalled_ GUARDED_BY(mutex_) = false;
  WorkerEnd end_ GUARDED_BY(mutex_);
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_JOBS_WORKER_RUN_H_
