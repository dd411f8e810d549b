// Sees to it that something ends.
#ifndef CAROUSEL_SERVER_WATCHDOG_H_
#define CAROUSEL_SERVER_WATCHDOG_H_

#include <chrono>
#include <functional>
#include <thread>

#include "core/base/mutex.h"

namespace carousel {

// Watches a block of code for as long as it lives there.
class Watchdog {
 public:
  // Calls `expired` once, on a thread of its own, when it still lives at
  // `deadline`.
  Watchdog(std::chrono::steady_clock::time_point deadline,
           std::function<void()> expired);
  // `expired` is not called any more; a call that runs is waited for.
  ~Watchdog();
  Watchdog(const Watchdog&) = delete;
  Watchdog& operator=(const Watchdog&) = delete;

 private:
  bool WaitUntilOver(std::chrono::steady_clock::time_point deadline)
      EXCLUDES(mutex_);

  Mutex mutex_;
  CondVar changed_;
  bool over_ GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_WATCHDOG_H_
