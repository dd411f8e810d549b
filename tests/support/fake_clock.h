// A clock that says what the test told it.
#ifndef CAROUSEL_TESTS_SUPPORT_FAKE_CLOCK_H_
#define CAROUSEL_TESTS_SUPPORT_FAKE_CLOCK_H_

#include <chrono>

#include "absl/time/time.h"
#include "core/base/clock.h"
#include "core/base/mutex.h"

namespace carousel {

// Stands still until told otherwise. Thread-safe.
class FakeClock final : public Clock {
 public:
  // 2023-11-14T22:13:20Z, a time that is easy to tell from a real one.
  FakeClock() : FakeClock(absl::FromUnixSeconds(1'700'000'000)) {}
  explicit FakeClock(absl::Time now) : now_(now) {}

  absl::Time Now() const override {
    MutexLock lock(mutex_);
    return now_;
  }
  std::chrono::steady_clock::time_point SteadyNow() const override {
    MutexLock lock(mutex_);
    return steady_now_;
  }

  // Moves both times on.
  void Advance(absl::Duration duration) {
    MutexLock lock(mutex_);
    now_ += duration;
    steady_now_ += absl::ToChronoNanoseconds(duration);
  }
  // Lets the calendar jump; the steady time stays.
  void SetNow(absl::Time now) {
    MutexLock lock(mutex_);
    now_ = now;
  }

 private:
  mutable Mutex mutex_;
  absl::Time now_ GUARDED_BY(mutex_);
  std::chrono::steady_clock::time_point steady_now_ GUARDED_BY(mutex_) =
      std::chrono::steady_clock::time_point(std::chrono::hours(1));
};

}  // namespace carousel

#endif  // CAROUSEL_TESTS_SUPPORT_FAKE_CLOCK_H_
