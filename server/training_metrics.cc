#include "server/training_metrics.h"

#include <cmath>

#include "absl/time/time.h"

namespace carousel {
namespace {

using prometheus::Labels;

constexpr char kTrain[] = "train";
constexpr char kValidation[] = "validation";

Labels SlotLabels(int slot) { return {{"slot", std::to_string(slot)}}; }
Labels SlotLabels(int slot, const char* split) {
  return {{"slot", std::to_string(slot)}, {"split", split}};
}

prometheus::Family<prometheus::Gauge>& GaugeFamily(
    prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}

}  // namespace

TrainingMetrics::TrainingMetrics(prometheus::Registry& registry,
                                 const Clock& clock)
    : clock_(clock),
      loss_(GaugeFamily(registry, "carousel_train_loss",
                        "Mean cross-entropy: train of the running epoch so "
                        "far, validation of the last epoch")),
      accuracy_(GaugeFamily(registry, "carousel_train_accuracy",
                            "Share of right answers of the last epoch")),
      epoch_(GaugeFamily(registry, "carousel_train_epoch",
                         "Finished epochs of the slot's job")),
      epochs_(GaugeFamily(registry, "carousel_train_epochs",
                          "Epochs asked for of the slot's job")),
      learning_rate_(GaugeFamily(registry, "carousel_train_learning_rate",
                                 "Learning rate of the last step")),
      gradient_norm_(GaugeFamily(registry, "carousel_train_gradient_norm",
                                 "Norm of the gradients before clipping")),
      last_progress_(GaugeFamily(
          registry, "carousel_train_last_progress_timestamp_seconds",
          "When the slot's worker last told something")),
      job_info_(GaugeFamily(registry, "carousel_train_job_info",
                            "Always 1: the job that runs in the slot")),
      tokens_(prometheus::BuildCounter()
                  .Name("carousel_train_tokens_total")
                  .Help("Tokens trained on, padding left out")
                  .Register(registry)) {}

void TrainingMetrics::Set(Gauges& family, int slot, double value) {
  if (std::isnan(value)) return;  // vectors have no such measure
  family.Add(SlotLabels(slot)).Set(value);
}

void TrainingMetrics::Set(Gauges& family, int slot, const char* split,
                          double value) {
  if (std::isnan(value)) return;
  family.Add(SlotLabels(slot, split)).Set(value);
}

void TrainingMetrics::Clear(Gauges& family, int slot) {
  for (const Labels& labels : {SlotLabels(slot), SlotLabels(slot, kTrain),
                               SlotLabels(slot, kValidation)}) {
    if (family.Has(labels)) family.Remove(&family.Add(labels));
  }
}

void TrainingMetrics::MarkProgress(int slot) {
  Set(last_progress_, slot,
      absl::ToDoubleSeconds(clock_.Now() - absl::UnixEpoch()));
}

void TrainingMetrics::RemoveInfo(int slot) {
  const auto found = info_.find(slot);
  if (found == info_.end()) return;
  job_info_.Remove(found->second);
  info_.erase(found);
}

void TrainingMetrics::OnSlotTaken(int slot, const JobRecord& job) {
  MutexLock lock(mutex_);
  RemoveInfo(slot);
  for (Gauges* family :
       {&loss_, &accuracy_, &learning_rate_, &gradient_norm_}) {
    Clear(*family, slot);
  }
  prometheus::Gauge& info = job_info_.Add(
      {{"slot", std::to_string(slot)}, {"job", job.job}, {"model", job.model}});
  info.Set(1);
  info_.emplace(slot, &info);
  Set(epoch_, slot, static_cast<double>(job.epoch));
  Set(epochs_, slot, static_cast<double>(job.epochs));
  tokens_.Add(SlotLabels(slot));
  MarkProgress(slot);
}

void TrainingMetrics::OnSlotFreed(int slot, const JobRecord& job) {
  MutexLock lock(mutex_);
  RemoveInfo(slot);
}

void TrainingMetrics::OnProgress(int slot, const JobRecord& job,
                                 const WorkerProgress& progress) {
  MutexLock lock(mutex_);
  Set(loss_, slot, kTrain, progress.mean_loss);
  Set(learning_rate_, slot, progress.learning_rate);
  Set(gradient_norm_, slot, progress.gradient_norm);
  tokens_.Add(SlotLabels(slot)).Increment(static_cast<double>(progress.tokens));
  MarkProgress(slot);
}

void TrainingMetrics::OnEpoch(int slot, const JobRecord& job,
                              const EpochRecord& epoch) {
  MutexLock lock(mutex_);
  Set(loss_, slot, kTrain, epoch.train_loss);
  Set(loss_, slot, kValidation, epoch.validation_loss);
  Set(accuracy_, slot, kTrain, epoch.train_accuracy);
  Set(accuracy_, slot, kValidation, epoch.validation_accuracy);
  Set(learning_rate_, slot, epoch.learning_rate);
  Set(gradient_norm_, slot, epoch.gradient_norm);
  Set(epoch_, slot, static_cast<double>(epoch.epoch));
  MarkProgress(slot);
}

}  // namespace carousel
