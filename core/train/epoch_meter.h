// Adds up the steps of an epoch and tells the observer how it goes. What steps
// did is asked for as seldom as the observer hears of it, since reading it back
// makes an accelerator wait.
#ifndef CAROUSEL_CORE_TRAIN_EPOCH_METER_H_
#define CAROUSEL_CORE_TRAIN_EPOCH_METER_H_

#include <chrono>
#include <cstdint>
#include <span>

#include "core/base/clock.h"
#include "core/train/progress.h"

namespace carousel {

// What one optimizer step did.
struct StepResult {
  std::int64_t rows = 0;
  std::int64_t tokens = 0;
  std::int64_t correct = 0;  // rows that were answered rightly
  double loss = 0;           // mean over the rows
  double learning_rate = 0;
  double gradient_norm = 0;  // before clipping
};

// Not thread-safe. Clock and observer are not owned and must outlive it.
class EpochMeter {
 public:
  // The observer hears of a running epoch this often, and of its last batch.
  static constexpr std::chrono::milliseconds kReportPeriod{250};

  // The epoch begins now.
  EpochMeter(std::int64_t epoch, std::int64_t batches, const Clock& clock,
             TrainingObserver& observer);

  // A step ended now, or was handed to a device. True when it is time to read
  // what the steps did: the observer is to hear of them, or it was the last.
  bool EndStep();
  // What steps did that have ended, in their order.
  void AddSteps(std::span<const StepResult> steps);

  // Validation ended now, and with it the epoch.
  EpochMetrics Finish(double validation_loss, double validation_accuracy) const;

 private:
  using Time = std::chrono::steady_clock::time_point;

  double TokensPerSecond() const;
  void Report(const StepResult& step);

  const std::int64_t epoch_;
  const std::int64_t batches_;
  const Clock& clock_;
  TrainingObserver& observer_;
  const Time begin_;
  Time last_step_;
  Time last_report_;

  std::int64_t ended_ = 0;  // steps that have ended
  std::int64_t batch_ = 0;  // of them, those that were added
  std::int64_t rows_ = 0;
  std::int64_t correct_ = 0;
  std::int64_t tokens_ = 0;
  std::int64_t unreported_tokens_ = 0;
  double loss_sum_ = 0;  // over the rows
  double norm_sum_ = 0;  // over the steps
  double learning_rate_ = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_TRAIN_EPOCH_METER_H_
