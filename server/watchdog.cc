#include "server/watchdog.h"

#include <utility>

namespace carousel {

Watchdog::Watchdog(std::chrono::steady_clock::time_point deadline,
                   std::function<void()> expired)
    : thread_([this, deadline, expired = std::move(expired)] {
        if (!WaitUntilOver(deadline)) expired();
      }) {}

Watchdog::~Watchdog() {
  {
    MutexLock lock(mutex_);
    over_ = true;
    changed_.NotifyAll();
  }
  thread_.join();
}

bool Watchdog::WaitUntilOver(std::chrono::steady_clock::time_point deadline) {
  MutexLock lock(mutex_);
  while (!over_) {
    if (!changed_.WaitUntil(mutex_, deadline)) return over_;
  }
  return true;
}

}  // namespace carousel
