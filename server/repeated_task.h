// Something done again and again, with a pause between.
#ifndef CAROUSEL_SERVER_REPEATED_TASK_H_
#define CAROUSEL_SERVER_REPEATED_TASK_H_

#include <chrono>
#include <functional>
#include <thread>

#include "core/base/mutex.h"

namespace carousel {

// Runs as long as it lives, on a thread of its own.
class RepeatedTask {
 public:
  // Calls `task` after each `pause`.
  RepeatedTask(std::chrono::nanoseconds pause, std::function<void()> task);
  // Waits for a `task` that runs, not for the pause.
  ~RepeatedTask();
  RepeatedTask(const RepeatedTask&) = delete;
  RepeatedTask& operator=(const RepeatedTask&) = delete;

 private:
  // Whether the end came before the pause was over.
  bool Pause(std::chrono::nanoseconds pause) EXCLUDES(mutex_);

  Mutex mutex_;
  CondVar changed_;
  bool over_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_REPEATED_TASK_H_
