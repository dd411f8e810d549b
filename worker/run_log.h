// The lines that a training run leaves in the worker's log.
#ifndef CAROUSEL_WORKER_RUN_LOG_H_
#define CAROUSEL_WORKER_RUN_LOG_H_

#include <string_view>

#include "core/train/progress.h"
#include "logging/event_log.h"

namespace carousel {

// Logs, and passes everything on. Not thread-safe.
class RunLog final : public TrainingObserver {
 public:
  // Nothing is owned.
  RunLog(const EventLog& log, TrainingObserver& next)
      : log_(log), next_(next) {}

  void OnStage(std::string_view stage) override;
  void OnBatch(const BatchProgress& progress) override;
  void OnEpoch(const EpochMetrics& metrics) override;
  void OnAlive() override { next_.OnAlive(); }
  void OnVectorsTexts(const VectorsTextCounts& counts) override;

 private:
  const EventLog& log_;
  TrainingObserver& next_;
};

}  // namespace carousel

#endif  // CAROUSEL_WORKER_RUN_LOG_H_
