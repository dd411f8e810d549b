#include "worker/run_log.h"

#include <cmath>

namespace carousel {

void RunLog::OnStage(std::string_view stage) {
  log_.Info("stage", {{"stage", stage}});
  next_.OnStage(stage);
}

void RunLog::OnBatch(const BatchProgress& progress) { next_.OnBatch(progress); }

void RunLog::OnEpoch(const EpochMetrics& metrics) {
  const LogField number("epoch", metrics.epoch);
  const LogField loss("train_loss", metrics.train_loss);
  const LogField seconds("seconds", metrics.seconds);
  if (std::isnan(metrics.validation_loss)) {  // word vectors have none
    log_.Info("epoch", {number, loss, seconds});
  } else {
    log_.Info("epoch", {number,
                        loss,
                        {"validation_loss", metrics.validation_loss},
                        {"validation_accuracy", metrics.validation_accuracy},
                        seconds});
  }
  next_.OnEpoch(metrics);
}

void RunLog::OnVectorsTexts(const VectorsTextCounts& counts) {
  log_.Info("texts", {{"texts", counts.texts},
                      {"left_out_as_held_back", counts.left_out},
                      {"tokens", counts.tokens},
                      {"words", counts.words}});
  next_.OnVectorsTexts(counts);
}

}  // namespace carousel
