// One text on its way through the batching queue to an answer.
#ifndef CAROUSEL_CORE_SERVE_QUEUE_ITEM_H_
#define CAROUSEL_CORE_SERVE_QUEUE_ITEM_H_

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>

#include "absl/status/statusor.h"
#include "core/serve/live_model.h"
#include "core/text/encoder.h"

namespace carousel {

using SteadyTime = std::chrono::steady_clock::time_point;

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
  SteadyTime enqueued_at;  // set by BatchingQueue::Push

  std::size_t length() const { return text.tokens.size(); }
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_SERVE_QUEUE_ITEM_H_
