#include "core/serve/batching_queue.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/serve/refusals.h"

namespace carousel {
namespace {

void FinishExpired(const std::vector<QueueItem>& items) {
  for (const QueueItem& item : items) {
    item.done(absl::DeadlineExceededError(
        "the deadline passed while the text waited for its turn"));
  }
}

// True when nobody waits for the item, which is finished then.
bool FinishIfCancelled(const QueueItem& item) {
  if (item.cancelled == nullptr || !item.cancelled()) return false;
  item.done(absl::CancelledError("the caller went away"));
  return true;
}

}  // namespace

BatchingQueue::BatchingQueue(const BatchingQueueOptions& options,
                             const Clock& clock)
    : options_(options), clock_(clock) {}

BatchingQueue::~BatchingQueue() {
  std::vector<QueueItem> left;
  {
    MutexLock lock(mutex_);
    closed_ = true;
    left = waiting_.TakeExpired(SteadyTime::max());
  }
  for (const QueueItem& item : left) item.done(DrainingError());
}

absl::Status BatchingQueue::Push(std::vector<QueueItem> items) {
  const SteadyTime now = clock_.SteadyNow();
  std::vector<QueueItem> expired;
  absl::Status status;
  {
    MutexLock lock(mutex_);
    expired = waiting_.TakeExpired(now);
    status = Admit(items, now);
  }
  // A batch may hold items of one model only, so one push can be work for
  // several threads.
  if (status.ok()) changed_.NotifyAll();
  FinishExpired(expired);
  return status;
}

absl::Status BatchingQueue::Admit(std::vector<QueueItem>& items,
                                  SteadyTime now) {
  if (closed_) return DrainingError();
  const std::size_t depth = waiting_.size();
  if (depth > options_.capacity || items.size() > options_.capacity - depth) {
    return QueueFullError(
        absl::StrCat(items.size(), " texts do not fit into the queue: ", depth,
                     " are waiting and it holds at most ", options_.capacity));
  }
  for (QueueItem& item : items) {
    item.enqueued_at = now;
    waiting_.Add(std::move(item));
  }
  return absl::OkStatus();
}

std::optional<QueueItem> BatchingQueue::Pop() {
  while (true) {
    std::optional<QueueItem> item = WaitForMostUrgent();
    if (!item.has_value() || !FinishIfCancelled(*item)) return item;
  }
}

std::optional<QueueItem> BatchingQueue::TryPopOf(const LiveModel* model) {
  while (true) {
    std::vector<QueueItem> expired;
    std::optional<QueueItem> item;
    {
      MutexLock lock(mutex_);
      expired = waiting_.TakeExpired(clock_.SteadyNow());
      if (waiting_.most_urgent_model() == model) {
        item = waiting_.TakeMostUrgent();
      }
    }
    FinishExpired(expired);
    if (!item.has_value() || !FinishIfCancelled(*item)) return item;
  }
}

std::vector<QueueItem> BatchingQueue::FillBatch(QueueItem first) {
  std::vector<QueueItem> batch =
      TakeCompanions(first.model.get(), first.length());
  batch.push_back(std::move(first));
  std::stable_sort(batch.begin(), batch.end(),
                   [](const QueueItem& a, const QueueItem& b) {
                     return a.length() > b.length();
                   });
  return batch;
}

std::optional<QueueItem> BatchingQueue::WaitForMostUrgent() {
  while (true) {
    std::vector<QueueItem> expired;
    std::optional<QueueItem> item;
    {
      MutexLock lock(mutex_);
      while (waiting_.empty() && !closed_) changed_.Wait(mutex_);
      if (waiting_.empty()) return std::nullopt;
      expired = waiting_.TakeExpired(clock_.SteadyNow());
      if (!waiting_.empty()) item = waiting_.TakeMostUrgent();
    }
    FinishExpired(expired);
    if (item.has_value()) return item;
  }
}

std::vector<QueueItem> BatchingQueue::TakeCompanions(const LiveModel* model,
                                                     std::size_t length) {
  std::vector<QueueItem> expired;
  std::vector<QueueItem> companions;
  {
    MutexLock lock(mutex_);
    expired = waiting_.TakeExpired(clock_.SteadyNow());
    companions = waiting_.TakeNearest(model, length, options_.batch);
  }
  FinishExpired(expired);
  std::erase_if(companions, FinishIfCancelled);
  return companions;
}

void BatchingQueue::Close() {
  {
    MutexLock lock(mutex_);
    closed_ = true;
  }
  changed_.NotifyAll();
}

std::size_t BatchingQueue::depth() const {
  MutexLock lock(mutex_);
  return waiting_.size();
}

}  // namespace carousel
