// How long to wait before trying again: each time twice as long.
#ifndef CAROUSEL_CORE_JOBS_BACKOFF_H_
#define CAROUSEL_CORE_JOBS_BACKOFF_H_

#include <algorithm>
#include <chrono>

namespace carousel {

// `first`, 2 * `first`, 4 * `first`, ... up to a minute, or always `first`
// when that is longer. Not thread-safe.
class Backoff {
 public:
  using Duration = std::chrono::steady_clock::duration;
  static constexpr Duration kLongest = std::chrono::minutes(1);

  explicit Backoff(Duration first) : first_(first), next_(first) {}

  Duration Next() {
    const Duration delay = next_;
    next_ = std::max(first_, std::min(2 * delay, kLongest));
    return delay;
  }
  // After a success.
  void Reset() { next_ = first_; }

 private:
  const Duration first_;
  Duration next_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_JOBS_BACKOFF_H_
