#include "core/jobs/worker_run.h"

#include <memory>
#include <utility>

#include "core/base/strings.h"

namespace carousel {

WorkerEnd WorkerRun::Run(
    WorkerLauncher& launcher, const WorkerAssignment& assignment,
    const std::function<void(const WorkerEvent&)>& on_event) {
  {
    MutexLock lock(mutex_);
    if (stop_requested_) {
      end_.stopped = true;
      return end_;
    }
  }
  auto worker = launcher.Launch(assignment, [&](const WorkerEvent& event) {
    if (!RecordEnd(event)) on_event(event);
  });
  if (!worker.ok()) {
    WorkerEnd end;
    end.death = ToStdView(worker.status().message());
    return end;
  }
  WaitForExit(**worker);
  worker->reset();  // its thread has made the last call, and ends

  MutexLock lock(mutex_);
  return std::move(end_);
}

void WorkerRun::RequestStop() {
  MutexLock lock(mutex_);
  stop_requested_ = true;
  changed_.NotifyAll();
}

bool WorkerRun::RecordEnd(const WorkerEvent& event) {
  MutexLock lock(mutex_);
  if (const auto* done = std::get_if<WorkerDone>(&event)) {
    end_.done = *done;
    return true;
  }
  if (const auto* failed = std::get_if<WorkerFailed>(&event)) {
    end_.failure = failed->reason;
    return true;
  }
  if (const auto* exited = std::get_if<WorkerExited>(&event)) {
    // After a verdict it does not matter how the process went.
    if (!end_.done && !end_.failure) {
      end_.stopped = exited->clean || stop_requested_;
      end_.death = exited->description;
    }
    exited_ = true;
    changed_.NotifyAll();
    return true;
  }
  return false;
}

void WorkerRun::WaitForExit(Worker& worker) {
  MutexLock lock(mutex_);
  while (!exited_ && !stop_requested_) changed_.Wait(mutex_);
  if (exited_) return;
  mutex_.Unlock();
  worker.RequestStop();
  mutex_.Lock();

  const auto deadline = std::chrono::steady_clock::now() + stop_grace_;
  while (!exited_ && std::chrono::steady_clock::now() < deadline) {
    changed_.WaitUntil(mutex_, deadline);
  }
  if (exited_) return;
  mutex_.Unlock();
  worker.Kill();
  mutex_.Lock();
  while (!exited_) changed_.Wait(mutex_);
}

}  // namespace carousel
