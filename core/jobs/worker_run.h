// One worker from its launch to its end.
#ifndef CAROUSEL_CORE_JOBS_WORKER_RUN_H_
#define CAROUSEL_CORE_JOBS_WORKER_RUN_H_

#include <chrono>
#include <functional>
#include <optional>
#include <string>

#include "core/base/mutex.h"
#include "core/jobs/worker.h"

namespace carousel {

// How a worker ended. At most one of the first three says something.
struct WorkerEnd {
  std::optional<WorkerDone> done;
  std::optional<std::string> failure;  // the run's own verdict
  bool stopped = false;                // somebody asked it to
  std::string death;                   // what happened to it otherwise
};

// Thread-safe; Run() is called once.
class WorkerRun {
 public:
  // A worker that was asked to stop and is still there after `stop_grace` is
  // killed.
  explicit WorkerRun(std::chrono::steady_clock::duration stop_grace)
      : stop_grace_(stop_grace) {}

  // Launches the worker and returns when it is gone. `on_event` hears stages,
  // progress and epochs, from the worker's thread.
  WorkerEnd Run(WorkerLauncher& launcher, const WorkerAssignment& assignment,
                const std::function<void(const WorkerEvent&)>& on_event)
      EXCLUDES(mutex_);

  // Asks the worker to stop, now or as soon as it is launched.
  void RequestStop() EXCLUDES(mutex_);

 private:
  // Records how the worker ends; false for what is no part of that.
  bool RecordEnd(const WorkerEvent& event) EXCLUDES(mutex_);
  void WaitForExit(Worker& worker) EXCLUDES(mutex_);

  const std::chrono::steady_clock::duration stop_grace_;
  Mutex mutex_;
  CondVar changed_;
  bool stop_requested_ GUARDED_BY(mutex_) = false;
  bool exited_ GUARDED_BY(mutex_) = false;
  WorkerEnd end_ GUARDED_BY(mutex_);
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_JOBS_WORKER_RUN_H_
