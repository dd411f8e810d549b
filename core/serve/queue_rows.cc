#include "core/serve/queue_rows.h"

#include <algorithm>
#include <utility>

#include "core/base/error_details.h"
#include "core/base/seconds.h"
#include "core/nn/probability.h"
#include "core/serve/probability.h"

namespace carousel {

QueueRows::QueueRows(QueueItem first, BatchingQueue& queue, const Clock& clock,
                     PredictObserver* observer)
    : model_(first.model),
      queue_(queue),
      clock_(clock),
      observer_(observer),
      first_length_(first.length()),
      batch_began_(clock.SteadyNow()) {
  taken_.push_back(std::move(first));
}

std::optional<QueueItem> QueueRows::TakeNext() {
  if (taken_.empty()) {
    std::optional<QueueItem> item = queue_.TryPopOf(model_.get());
    if (item.has_value() || took_companions_) return item;
    taken_ = queue_.TakeCompanions(model_.get(), first_length_);
    if (taken_.empty()) return std::nullopt;
    took_companions_ = true;
  }
  QueueItem item = std::move(taken_.back());
  taken_.pop_back();
  return item;
}

std::optional<Row> QueueRows::Next(bool /*idle*/) {
  // Room first: an item that is taken must not be lost to a lack of memory.
  if (free_.empty()) {
    free_.reserve(slots_.size() + 1);
    slots_.emplace_back();
    free_.push_back(slots_.size() - 1);
  }
  std::optional<QueueItem> item = TakeNext();
  if (!item.has_value()) return std::nullopt;
  const std::size_t slot = free_.back();
  free_.pop_back();
  slots_[slot] = std::move(item);
  const QueueItem& begun = *slots_[slot];
  const SteadyTime now = clock_.SteadyNow();
  if (begun.first_batch != nullptr) begun.first_batch->Set(now);
  if (observer_ != nullptr) {
    observer_->OnQueueWait(Seconds(now - begun.enqueued_at));
  }
  return Row{.id = slot, .tokens = begun.text.tokens};
}

QueueItem QueueRows::End(std::size_t slot) {
  free_.push_back(slot);
  return *std::exchange(slots_[slot], std::nullopt);
}

void QueueRows::Answer(const Row& row, double logit) {
  const QueueItem item = End(row.id);
  Count();
  item.done(CheckProbability(ToProbability(logit)));
}

void QueueRows::Count() {
  if (batch_rows_ == 0) batch_rows_ = under_way() + 1;
  if (++answered_ >= batch_rows_ || under_way() == 0) Report();
}

void QueueRows::Report() {
  const SteadyTime now = clock_.SteadyNow();
  if (observer_ != nullptr) {
    observer_->OnBatch(answered_, Seconds(now - batch_began_));
  }
  batch_began_ = now;
  batch_rows_ = std::max<std::size_t>(under_way(), 1);
  answered_ = 0;
}

void QueueRows::Fail(const absl::Status& status) {
  std::vector<QueueItem> failed = std::exchange(taken_, {});
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    if (slots_[slot].has_value()) failed.push_back(End(slot));
  }
  answered_ += failed.size();
  if (answered_ > 0) Report();
  for (const QueueItem& item : failed) {
    item.done(WithContext(status, NameWithVersion(*model_)));
  }
}

}  // namespace carousel
