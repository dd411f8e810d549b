#include "core/jobs/worker_run.h"

#include <exception>
#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"

namespace carousel {
namespace {

// A launch that throws is one that failed: starting a process and a thread
// takes memory and descriptors, which may be short for a while.
absl::StatusOr<std::unique_ptr<Worker>> TryLaunch(
    WorkerLauncher& launcher, const WorkerAssignment& assignment,
    std::function<void(const WorkerEvent&)> sink) {
  try {
    return launcher.Launch(assignment, std::move(sink));
  } catch (const std::exception& error) {
    return absl::UnavailableError(error.what());
  }
}

}  // namespace

WorkerEnd WorkerRun::Run(
    WorkerLauncher& launcher, const WorkerAssignment& assignment,
    const std::function<void(const WorkerEvent&)>& on_event) {
  {
    MutexLock lock(mutex_);
    if (deadline_.has_value()) {
      end_.stopped = true;
      return end_;
    }
  }
  auto worker = TryLaunch(launcher, assignment, [&](const WorkerEvent& event) {
    // The last event may be the end of this object.
    if (RecordEnd(event)) return;
    on_event(event);
    MutexLock lock(mutex_);
    stall_watch_.OnEventEnds();
  });
  if (!worker.ok()) return WorkerEnd{.not_started = worker.status()};
  WaitForExit(**worker);
  worker->reset();  // its thread has made the last call, and ends

  MutexLock lock(mutex_);
  return std::move(end_);
}

void WorkerRun::RequestStop(std::chrono::steady_clock::duration grace) {
  const auto deadline = std::chrono::steady_clock::now() + grace;
  MutexLock lock(mutex_);
  if (!deadline_.has_value() || deadline < *deadline_) deadline_ = deadline;
  changed_.NotifyAll();
}

bool WorkerRun::RecordEnd(const WorkerEvent& event) {
  MutexLock lock(mutex_);
  stall_watch_.OnEventEnds();
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
      end_.stopped = exited->clean || deadline_.has_value();
      end_.death = DescribeDeath(*exited);
    }
    exited_ = true;
    changed_.NotifyAll();
    return true;
  }
  stall_watch_.OnEventBegins();
  return false;
}

std::string WorkerRun::DescribeDeath(const WorkerExited& exited) const {
  if (!stalled_) return exited.description;
  return absl::StrCat(
      "it made no progress for ",
      std::chrono::duration_cast<std::chrono::seconds>(stall_.limit).count(),
      " s and was killed");
}

void WorkerRun::WaitForNews() {
  const bool can_stall = stall_.limit > stall_.limit.zero();
  while (!exited_ && !deadline_.has_value() && !stalled_) {
    if (can_stall) {
      changed_.WaitUntil(
          mutex_, std::chrono::steady_clock::now() + stall_.check_period);
      stalled_ = !exited_ && stall_watch_.IsStalled();
    } else {
      changed_.Wait(mutex_);
    }
  }
}

void WorkerRun::Kill(Worker& worker) {
  mutex_.Unlock();
  worker.Kill();
  mutex_.Lock();
  while (!exited_) changed_.Wait(mutex_);
}

void WorkerRun::WaitForExit(Worker& worker) {
  MutexLock lock(mutex_);
  WaitForNews();
  if (exited_) return;
  if (stalled_) return Kill(worker);
  mutex_.Unlock();
  worker.RequestStop();
  mutex_.Lock();

  while (!exited_ && std::chrono::steady_clock::now() < *deadline_) {
    changed_.WaitUntil(mutex_, *deadline_);
  }
  if (!exited_) Kill(worker);
}

}  // namespace carousel
