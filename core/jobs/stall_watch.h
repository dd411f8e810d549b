// Notices a worker that tells nothing any more.
#ifndef CAROUSEL_CORE_JOBS_STALL_WATCH_H_
#define CAROUSEL_CORE_JOBS_STALL_WATCH_H_

#include <chrono>

#include "core/base/clock.h"

namespace carousel {

struct StallRule {
  // How long a worker may be silent; zero: for ever. A worker tells of every
  // part of its work that it begins, and while it trains and validates of a
  // batch at least every few seconds (core/train/progress.h), so the limit is
  // to be longer than a dataset takes to be read, and than a batch takes.
  std::chrono::steady_clock::duration limit{0};
  // How often somebody looks, by the machine's own clock.
  std::chrono::steady_clock::duration check_period = std::chrono::seconds(1);
  // By which silence is measured. Not owned.
  const Clock* clock = &Clock::Real();
};

// The worker's silence begins when an event has been dealt with: while the
// server is busy with one (the catalogue's disk is full, say) the worker cannot
// be heard, and is not to blame. Not thread-safe.
class StallWatch {
 public:
  // The worker starts now.
  explicit StallWatch(const StallRule& rule);

  void OnEventBegins() { in_event_ = true; }
  void OnEventEnds();

  // Whether it has been silent for too long.
  bool IsStalled() const;

 private:
  const StallRule rule_;
  bool in_event_ = false;
  std::chrono::steady_clock::time_point silent_since_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_JOBS_STALL_WATCH_H_
