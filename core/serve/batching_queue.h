// Where texts wait for a place in a batch: bounded, with deadlines, batched
// with texts of about their own length. Knows no torch.
//
// There is no batching window: a free thread takes what waits at once, and
// batches grow by themselves while all threads are busy. So no item waits while
// a thread does, and an expired item is never left behind a sleeping one.
//
// Order is by deadline alone. A text without a deadline gives way to every text
// with one, and those of equal deadline are served in the order of arrival.
#ifndef CAROUSEL_CORE_SERVE_BATCHING_QUEUE_H_
#define CAROUSEL_CORE_SERVE_BATCHING_QUEUE_H_

#include <cstddef>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "core/base/clock.h"
#include "core/base/mutex.h"
#include "core/serve/queue_item.h"
#include "core/serve/waiting_items.h"

namespace carousel {

struct BatchingQueueOptions {
  std::size_t capacity = 16384;  // items waiting
  BatchLimits batch;
};

// Thread-safe. Calls nothing of an item, and destroys none, with its lock held.
class BatchingQueue {
 public:
  BatchingQueue(const BatchingQueueOptions& options, const Clock& clock);
  // Every item still waiting is done with UNAVAILABLE.
  ~BatchingQueue();
  BatchingQueue(const BatchingQueue&) = delete;
  BatchingQueue& operator=(const BatchingQueue&) = delete;

  // Takes all items or none. RESOURCE_EXHAUSTED (reason QUEUE_FULL, with a
  // retry delay) when they do not fit, naming depth and capacity; UNAVAILABLE
  // (reason DRAINING) after Close; the items' `done` is not called then. What
  // has expired in the queue is finished first and holds no place.
  absl::Status Push(std::vector<QueueItem> items) EXCLUDES(mutex_);

  // Blocks until there is work: the item whose deadline is nearest, at a tie
  // the oldest; nothing after Close when none waits. Here and below, items past
  // their deadline or cancelled are finished on the way and never returned.
  std::optional<QueueItem> Pop() EXCLUDES(mutex_);

  // The same item if it is of `model`; nothing otherwise, and when none waits.
  std::optional<QueueItem> TryPopOf(const LiveModel* model) EXCLUDES(mutex_);

  // Items of `model` nearest to `length`, while a batch of them and of one of
  // that length stays within its limits.
  std::vector<QueueItem> TakeCompanions(const LiveModel* model,
                                        std::size_t length) EXCLUDES(mutex_);

  // A batch with `first` in it, however long that is, and with items of the
  // same model nearest to it in length while the batch stays within its limits,
  // longest first.
  std::vector<QueueItem> FillBatch(QueueItem first) EXCLUDES(mutex_);

  // No more pushes; what waits is still answered.
  void Close() EXCLUDES(mutex_);

  std::size_t depth() const EXCLUDES(mutex_);
  std::size_t capacity() const { return options_.capacity; }

 private:
  absl::Status Admit(std::vector<QueueItem>& items, SteadyTime now)
      REQUIRES(mutex_);
  // As Pop, but one that was cancelled is returned.
  std::optional<QueueItem> WaitForMostUrgent() EXCLUDES(mutex_);

  const BatchingQueueOptions options_;
  const Clock& clock_;
  mutable Mutex mutex_;
  CondVar changed_;
  WaitingItems waiting_ GUARDED_BY(mutex_);
  bool closed_ GUARDED_BY(mutex_) = false;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_SERVE_BATCHING_QUEUE_H_
