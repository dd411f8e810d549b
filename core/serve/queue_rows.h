// The batching queue as the engine's loop reads it (core/engine/row_source.h):
// a text that ends is answered at once, and the most urgent one that waits
// takes its slot. Knows no torch.
#ifndef CAROUSEL_CORE_SERVE_QUEUE_ROWS_H_
#define CAROUSEL_CORE_SERVE_QUEUE_ROWS_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/base/clock.h"
#include "core/engine/row_source.h"
#include "core/serve/batching_queue.h"
#include "core/serve/predict_observer.h"
#include "core/serve/queue_item.h"

namespace carousel {

// For one loop, on its thread. The loop reads one model, that of `first`. When
// the most urgent text waits for another model, it takes of its own what a
// batch would have and then no more: it ends when those have, and whoever runs
// it turns to the other model.
class QueueRows final : public RowSource {
 public:
  // Nothing but `first` is owned. `observer` may be null.
  QueueRows(QueueItem first, BatchingQueue& queue, const Clock& clock,
            PredictObserver* observer);

  const LiveModel& model() const { return *model_; }

  std::optional<Row> Next(bool idle) override;
  void Answer(const Row& row, double logit) override;

  // All texts that were taken and not answered fail with `status`, each with
  // one of its own that names the model. For a loop that could not go on.
  void Fail(const absl::Status& status);

 private:
  std::optional<QueueItem> TakeNext();
  // The item of the slot is done with.
  QueueItem End(std::size_t slot);
  std::size_t under_way() const { return slots_.size() - free_.size(); }
  // Counts a text that ended, and tells of a batch that is whole.
  void Count();
  void Report();

  const std::shared_ptr<const LiveModel> model_;
  BatchingQueue& queue_;
  const Clock& clock_;
  PredictObserver* const observer_;
  // Taken and not begun; the last one is next.
  std::vector<QueueItem> taken_;
  const std::size_t first_length_;
  bool took_companions_ = false;
  // The texts under way, by Row::id; a moved item does not move its tokens.
  std::vector<std::optional<QueueItem>> slots_;
  std::vector<std::size_t> free_;
  // What is told as a batch: from a moment on, as many texts as were under way
  // then, in the order in which they end. At first those that are under way
  // when the first one ends.
  SteadyTime batch_began_;
  std::size_t batch_rows_ = 0;
  std::size_t answered_ = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_SERVE_QUEUE_ROWS_H_
