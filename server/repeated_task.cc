#include "server/repeated_task.h"

#include <utility>

namespace carousel {

RepeatedTask::RepeatedTask(std::chrono::nanoseconds pause,
                           std::function<void()> task)
    : thread_([this, pause, task = std::move(task)] {
        while (!Pause(pause)) task();
      }) {}

RepeatedTask::~RepeatedTask() {
  {
    MutexLock lock(mutex_);
    over_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
}

bool RepeatedTask::Pause(std::chrono::nanoseconds pause) {
  const auto end = std::chrono::steady_clock::now() + pause;
  MutexLock lock(mutex_);
  while (!over_) {
    if (!changed_.WaitUntil(mutex_, end)) return over_;
  }
  return true;
}

}  // namespace carousel
