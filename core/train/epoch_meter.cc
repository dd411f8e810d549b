#include "core/train/epoch_meter.h"

#include <utility>

#include "core/base/seconds.h"

namespace carousel {

EpochMeter::EpochMeter(std::int64_t epoch, std::int64_t batches,
                       const Clock& clock, TrainingObserver& observer)
    : epoch_(epoch),
      batches_(batches),
      clock_(clock),
      observer_(observer),
      begin_(clock.SteadyNow()),
      last_step_(begin_),
      last_report_(begin_) {}

bool EpochMeter::EndStep() {
  last_step_ = clock_.SteadyNow();
  ++ended_;
  return ended_ == batches_ || last_step_ - last_report_ >= kReportPeriod;
}

void EpochMeter::AddSteps(std::span<const StepResult> steps) {
  if (steps.empty()) return;
  // Reading them may have waited for them.
  last_step_ = clock_.SteadyNow();
  for (const StepResult& step : steps) {
    ++batch_;
    rows_ += step.rows;
    correct_ += step.correct;
    tokens_ += step.tokens;
    unreported_tokens_ += step.tokens;
    loss_sum_ += step.loss * static_cast<double>(step.rows);
    norm_sum_ += step.gradient_norm;
  }
  learning_rate_ = steps.back().learning_rate;
  Report(steps.back());
}

void EpochMeter::Report(const StepResult& step) {
  last_report_ = last_step_;
  observer_.OnBatch({.epoch = epoch_,
                     .batch = batch_,
                     .batches = batches_,
                     .mean_loss = loss_sum_ / static_cast<double>(rows_),
                     .learning_rate = step.learning_rate,
                     .gradient_norm = step.gradient_norm,
                     .tokens = std::exchange(unreported_tokens_, 0),
                     .tokens_per_second = TokensPerSecond()});
}

EpochMetrics EpochMeter::Finish(double validation_loss,
                                double validation_accuracy) const {
  const auto rows = static_cast<double>(rows_);
  return {.epoch = epoch_,
          .train_loss = loss_sum_ / rows,
          .train_accuracy = static_cast<double>(correct_) / rows,
          .validation_loss = validation_loss,
          .validation_accuracy = validation_accuracy,
          .learning_rate = learning_rate_,
          .gradient_norm = norm_sum_ / static_cast<double>(batch_),
          .tokens_per_second = TokensPerSecond(),
          .seconds = Seconds(clock_.SteadyNow() - begin_),
          .tokens = tokens_};
}

double EpochMeter::TokensPerSecond() const {
  const double seconds = Seconds(last_step_ - begin_);
  return seconds > 0 ? static_cast<double>(tokens_) / seconds : 0;
}

}  // namespace carousel
