// Items for tests of the queue, and a record of what became of them.
#ifndef CAROUSEL_TESTS_CORE_SERVE_QUEUE_ITEMS_H_
#define CAROUSEL_TESTS_CORE_SERVE_QUEUE_ITEMS_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/mutex.h"
#include "core/serve/batching_queue.h"
#include "core/serve/queue_item.h"
#include "tests/support/fake_live_model.h"

namespace carousel {

// A text of `length` tokens whose first token is `id`, so that a test finds it
// again after it has been through the queue.
inline QueueItem MakeItem(const std::shared_ptr<const LiveModel>& model,
                          TokenId id, std::size_t length,
                          SteadyTime deadline = SteadyTime::max()) {
  QueueItem item{.model = model, .deadline = deadline};
  item.text.tokens.assign(length, kUnknownId);
  item.text.tokens[0] = id;
  item.done = [](const absl::StatusOr<double>&) {};
  return item;
}

// As a thread does that runs batches; none when the queue is closed and empty.
inline std::vector<QueueItem> PopBatch(BatchingQueue& queue) {
  std::optional<QueueItem> first = queue.Pop();
  if (!first.has_value()) return {};
  return queue.FillBatch(*std::move(first));
}

inline TokenId IdOf(const QueueItem& item) { return item.text.tokens[0]; }

inline std::vector<TokenId> IdsOf(const std::vector<QueueItem>& items) {
  std::vector<TokenId> ids;
  ids.reserve(items.size());
  for (const QueueItem& item : items) ids.push_back(IdOf(item));
  return ids;
}

// What `done` was told, by id. Thread-safe.
class Outcomes {
 public:
  // The code of every call of `done` for that item, in order.
  std::vector<absl::StatusCode> Of(TokenId id) const {
    MutexLock lock(mutex_);
    return id < static_cast<TokenId>(codes_.size())
               ? codes_[id]
               : std::vector<absl::StatusCode>();
  }

  // `item`, with a `done` that is recorded here. This must outlive it.
  QueueItem Record(QueueItem item) {
    item.done = [this, id = IdOf(item)](const absl::StatusOr<double>& answer) {
      MutexLock lock(mutex_);
      if (id >= static_cast<TokenId>(codes_.size())) codes_.resize(id + 1);
      codes_[id].push_back(answer.status().code());
      changed_.NotifyAll();
    };
    return item;
  }

  // Waits until `done` was called for that item.
  void WaitFor(TokenId id) {
    MutexLock lock(mutex_);
    while (id >= static_cast<TokenId>(codes_.size()) || codes_[id].empty()) {
      changed_.Wait(mutex_);
    }
  }

 private:
  mutable Mutex mutex_;
  CondVar changed_;
  std::vector<std::vector<absl::StatusCode>> codes_ GUARDED_BY(mutex_);
};

}  // namespace carousel

#endif  // CAROUSEL_TESTS_CORE_SERVE_QUEUE_ITEMS_H_
