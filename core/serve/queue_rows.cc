#include "core/serve/queue_rows.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/base/error_details.h"
#include "core/nn/probability.h"
#include "core/serve/probability.h"

namespace carousel {
namespace {

double Seconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace

QueueRows::QueueRows(QueueItem first, BatchingQueue& queue, const Clock& clock,
                     PredictObserver* observer)
    : model_(first.model),
      queue_(queue),
      clock_(clock),
      observer_(observer),
      first_(std::move(first)),
      batch_began_(clock.SteadyNow()) {}

std::optional<Row> QueueRows::Next(bool /*idle*/) {
  std::optional<QueueItem> item = std::exchange(first_, std::nullopt);
  if (!item.has_value()) item = queue_.TryPopOf(model_.get());
  if (!item.has_value()) return std::nullopt;
  return Begin(*std::move(item));
}

Row QueueRows::Begin(QueueItem item) {
  const SteadyTime now = clock_.SteadyNow();
  if (item.first_batch != nullptr) item.first_batch->Set(now);
  if (observer_ != nullptr) {
    observer_->OnQueueWait(Seconds(now - item.enqueued_at));
  }
  if (free_.empty()) {
    free_.push_back(slots_.size());
    slots_.emplace_back();
  }
  const std::size_t slot = free_.back();
  free_.pop_back();
  slots_[slot] = std::move(item);
  return {.id = slot, .tokens = slots_[slot]->text.tokens};
}

QueueItem QueueRows::End(std::size_t slot) {
  QueueItem item = *std::exchange(slots_[slot], std::nullopt);
  free_.push_back(slot);
  return item;
}

void QueueRows::Answer(const Row& row, double logit) {
  const QueueItem item = End(row.id);
  // Before `done`, so that who waits for it finds itself counted.
  Report();
  item.done(CheckProbability(ToProbability(logit)));
}

void QueueRows::Report() {
  const std::size_t under_way = slots_.size() - free_.size();
  if (++answered_ < batch_rows_ && under_way > 0) return;
  const SteadyTime now = clock_.SteadyNow();
  if (observer_ != nullptr) {
    observer_->OnBatch(answered_, Seconds(now - batch_began_));
  }
  batch_began_ = now;
  batch_rows_ = std::max<std::size_t>(under_way, 1);
  answered_ = 0;
}

void QueueRows::Fail(const absl::Status& status) {
  const auto own = [&] {
    return WithContext(status, NameWithVersion(*model_));
  };
  if (first_.has_value()) std::exchange(first_, std::nullopt)->done(own());
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot].has_value()) End(slot).done(own());
  }
}

}  // namespace carousel
