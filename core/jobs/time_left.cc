#include "core/jobs/time_left.h"

#include <algorithm>
#include <cstddef>

namespace carousel {
namespace {

constexpr std::size_t kEpochsThatCount = 9;

double SecondsBetween(TimeLeft::Time from, TimeLeft::Time to) {
  return std::chrono::duration<double>(to - from).count();
}

double Median(std::vector<double> values) {
  const auto middle = values.begin() + values.size() / 2;
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

}  // namespace

TimeLeft::TimeLeft(std::int64_t epochs, const std::vector<EpochRecord>& past)
    : epochs_(epochs) {
  for (const EpochRecord& epoch : past) Count(epoch);
}

void TimeLeft::Count(const EpochRecord& epoch) {
  done_ = std::max(done_, epoch.epoch);
  seconds_.push_back(epoch.seconds);
  if (seconds_.size() > kEpochsThatCount) seconds_.pop_front();
}

void TimeLeft::OnProgress(const WorkerProgress& progress, Time now) {
  // Another epoch, or the same from its beginning after a worker's death.
  const bool begins = !last_.has_value() ||
                      last_->progress.epoch != progress.epoch ||
                      last_->progress.batch > progress.batch;
  last_ = Report{progress, now};
  if (begins) first_ = last_;
}

void TimeLeft::OnEpoch(const EpochRecord& epoch) {
  Count(epoch);
  first_.reset();
  last_.reset();
}

std::optional<double> TimeLeft::SecondsAnEpoch() const {
  if (!seconds_.empty()) return Median({seconds_.begin(), seconds_.end()});
  if (!last_.has_value()) return std::nullopt;
  const std::int64_t batches = last_->progress.batch - first_->progress.batch;
  if (batches <= 0) return std::nullopt;
  return SecondsBetween(first_->time, last_->time) /
         static_cast<double>(batches) *
         static_cast<double>(last_->progress.batches);
}

std::optional<double> TimeLeft::Seconds(Time now) const {
  const std::optional<double> epoch = SecondsAnEpoch();
  if (!epoch.has_value()) return std::nullopt;
  double to_do = static_cast<double>(epochs_ - done_);
  double waited = 0;
  if (last_.has_value() && last_->progress.batches > 0) {
    const double part = static_cast<double>(last_->progress.batch) /
                        static_cast<double>(last_->progress.batches);
    to_do -= part;
    // What has passed since then is of the running epoch, at most its rest.
    waited = std::min(SecondsBetween(last_->time, now), (1 - part) * *epoch);
  }
  return std::max(0.0, to_do * *epoch - waited);
}

}  // namespace carousel
