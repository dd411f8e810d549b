// One text on its way through the batching queue to an answer.
#ifndef CAROUSEL_CORE_SERVE_QUEUE_ITEM_H_
#define CAROUSEL_CORE_SERVE_QUEUE_ITEM_H_

#include <atomic>
#include <chrono>
#include <cstddef>
#include <functional>
#include <limits>
#include <memory>

#include "absl/status/statusor.h"
#include "core/serve/live_model.h"
#include "core/text/encoder.h"

namespace carousel {

using SteadyTime = std::chrono::steady_clock::time_point;

// When the first of several things happened. Thread-safe.
class FirstTime {
 public:
  // Only the first call counts.
  void Set(SteadyTime time) {
    Rep unset = kUnset;
    time_.compare_exchange_strong(unset, time.time_since_epoch().count());
  }
  // `otherwise` when nothing has happened.
  SteadyTime ValueOr(SteadyTime otherwise) const {
    const Rep time = time_.load();
    return time == kUnset ? otherwise : SteadyTime(SteadyTime::duration(time));
  }

 private:
  using Rep = SteadyTime::rep;
  static constexpr Rep kUnset = std::numeric_limits<Rep>::min();
  std::atomic<Rep> time_ = kUnset;
};

struct QueueItem {
  std::shared_ptr<const LiveModel> model;
  EncodedText text;
  SteadyTime deadline = SteadyTime::max();
  // True once nobody waits for the answer any more; may be null. Called from
  // any thread, never with a lock of the queue held, until `done` is called.
  std::function<bool()> cancelled;
  // Called exactly once, from whichever thread has the answer and never with a
  // lock of the queue held: DEADLINE_EXCEEDED or CANCELLED when the item never
  // ran.
  std::function<void(absl::StatusOr<double>)> done;
  // When the first item of its call came into a batch. Not owned: it must be
  // there until `done` is called; may be null.
  FirstTime* first_batch = nullptr;
  SteadyTime enqueued_at;  // set by BatchingQueue::Push

  std::size_t length() const { return text.tokens.size(); }
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_SERVE_QUEUE_ITEM_H_
