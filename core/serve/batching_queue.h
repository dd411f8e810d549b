// Where texts wait for a place in a batch: bounded, with deadlines, batched
// with texts of about their own length. Knows no torch.
#ifndef CAROUSEL_CORE_SERVE_BATCHING_QUEUE_H_
#define CAROUSEL_CORE_SERVE_BATCHING_QUEUE_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/base/mutex.h"
#include "core/serve/live_model.h"
#include "core/text/encoder.h"

namespace carousel {

using SteadyTime = std::chrono::steady_clock::time_point;

// One text on its way to an answer.
struct QueueItem {
  std::shared_ptr<const LiveModel> model;
  EncodedText text;
  SteadyTime deadline = SteadyTime::max();
  // True once nobody waits for the answer any more; may be null.
  std::function<bool()> cancelled;
  // Called exactly once, from whichever thread has the answer:
  // DEADLINE_EXCEEDED or CANCELLED when the item never ran.
  std::function<void(absl::StatusOr<double>)> done;
  SteadyTime enqueued_at;  // set by Push
};

struct BatchingQueueOptions {
  std::size_t capacity = 16384;  // items waiting
  std::size_t max_batch_rows = 64;
};

// Thread-safe.
class BatchingQueue {
 public:
  BatchingQueue(const BatchingQueueOptions& options, const Clock& clock);
  // Every item still waiting is done with UNAVAILABLE.
  ~BatchingQueue();

  // Takes all items or none. RESOURCE_EXHAUSTED (reason QUEUE_FULL, with a
  // retry delay) when they do not fit, naming depth and capacity; UNAVAILABLE
  // (reason DRAINING) after Close; the items' `done` is not called then.
  absl::Status Push(std::vector<QueueItem> items) EXCLUDES(mutex_);

  // Blocks until there is work; empty after Close when nothing waits. Items
  // past their deadline or cancelled are finished on the way and never
  // returned. The item whose deadline is nearest (at a tie, the oldest) is
  // always in the batch; it is joined by items of the same model nearest to it
  // in length, longest first in the result.
  std::vector<QueueItem> PopBatch() EXCLUDES(mutex_);

  // No more pushes; what waits is still answered.
  void Close() EXCLUDES(mutex_);

  std::size_t depth() const EXCLUDES(mutex_);
  std::size_t capacity() const { return options_.capacity; }

 private:
  std::vector<QueueItem> TakeExpired() REQUIRES(mutex_);
  std::vector<QueueItem> TakeBatch() REQUIRES(mutex_);

  const BatchingQueueOptions options_;
  const Clock& clock_;
  mutable Mutex mutex_;
  CondVar changed_;
  std::list<QueueItem> waiting_ GUARDED_BY(mutex_);
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_SERVE_BATCHING_QUEUE_H_
