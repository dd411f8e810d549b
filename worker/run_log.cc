#include "worker/run_log.h"

namespace carousel {

void RunLog::OnStage(std::string_view stage) {
  log_.Info("stage", {{"stage", stage}});
  next_.OnStage(stage);
}

void RunLog::OnBatch(const BatchProgress& progress) { next_.OnBatch(progress); }

void RunLog::OnEpoch(const EpochMetrics& metrics) {
  log_.Info("epoch", {{"epoch", metrics.epoch},
                      {"train_loss", metrics.train_loss},
                      {"validation_loss", metrics.validation_loss},
                      {"validation_accuracy", metrics.validation_accuracy},
                      {"seconds", metrics.seconds}});
  next_.OnEpoch(metrics);
}

}  // namespace carousel
