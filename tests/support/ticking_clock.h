// A clock of which every look is a second later than the last, so that whoever
// reports now and then reports every time.
#ifndef CAROUSEL_TESTS_SUPPORT_TICKING_CLOCK_H_
#define CAROUSEL_TESTS_SUPPORT_TICKING_CLOCK_H_

#include <atomic>
#include <chrono>

#include "absl/time/time.h"
#include "core/base/clock.h"

namespace carousel {

// Thread-safe.
class TickingClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::UnixEpoch(); }
  std::chrono::steady_clock::time_point SteadyNow() const override {
    return std::chrono::steady_clock::time_point(
        std::chrono::seconds(++seconds_));
  }

 private:
  mutable std::atomic<int> seconds_ = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_TESTS_SUPPORT_TICKING_CLOCK_H_
