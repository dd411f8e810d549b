// A Waiter that does not wait.
#ifndef CAROUSEL_TESTS_CLIENT_FAKE_WAITER_H_
#define CAROUSEL_TESTS_CLIENT_FAKE_WAITER_H_

#include <stop_token>
#include <vector>

#include "absl/time/time.h"
#include "client/waiter.h"
#include "core/base/mutex.h"

namespace carousel::client {

// Remembers how long it should have waited. Thread-safe.
class FakeWaiter final : public Waiter {
 public:
  void Wait(absl::Duration duration, std::stop_token) override {
    MutexLock lock(mutex_);
    waits_.push_back(duration);
  }
  std::vector<absl::Duration> waits() const {
    MutexLock lock(mutex_);
    return waits_;
  }

 private:
  mutable Mutex mutex_;
  std::vector<absl::Duration> waits_ GUARDED_BY(mutex_);
};

}  // namespace carousel::client

#endif  // CAROUSEL_TESTS_CLIENT_FAKE_WAITER_H_
