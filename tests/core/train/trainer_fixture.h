// Training runs on the toy task that a test can break off and resume.
#ifndef CAROUSEL_TESTS_CORE_TRAIN_TRAINER_FIXTURE_H_
#define CAROUSEL_TESTS_CORE_TRAIN_TRAINER_FIXTURE_H_

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "core/engine/engine.h"
#include "core/nn/model_folder.h"
#include "core/train/trainer.h"
#include "gtest/gtest.h"
#include "tests/core/train/toy_task.h"
#include "tests/support/temp_dir.h"
#include "tests/support/ticking_clock.h"

namespace carousel {

struct Place {
  std::int64_t epoch, batch;  // batch 0: after the whole epoch
};

// Remembers the epochs and breaks the run off at a place.
class Observer final : public TrainingObserver {
 public:
  explicit Observer(std::optional<Place> stop_at = std::nullopt)
      : stop_at_(stop_at) {}

  void OnStage(std::string_view) override {}
  void OnBatch(const BatchProgress& progress) override {
    StopAt(progress.epoch, progress.batch);
  }
  void OnEpoch(const EpochMetrics& metrics) override {
    epochs.push_back(metrics);
    StopAt(metrics.epoch, 0);
  }
  void OnAlive() override { ++alive; }

  std::stop_token token() const { return stop_.get_token(); }

  std::vector<EpochMetrics> epochs;
  int alive = 0;  // how often it was told

 private:
  void StopAt(std::int64_t epoch, std::int64_t batch) {
    if (stop_at_.has_value() && stop_at_->epoch == epoch &&
        stop_at_->batch == batch) {
      stop_.request_stop();
    }
  }

  const std::optional<Place> stop_at_;
  std::stop_source stop_;
};

class TrainerTest : public ::testing::Test {
 protected:
  absl::StatusOr<TrainingResult> Train(const HyperParameters& parameters,
                                       const std::filesystem::path& folder,
                                       Observer& observer) {
    SetTorchThreads(threads_);
    const TickingClock clock;
    auto trainer = Trainer::Create({.parameters = parameters,
                                    .config = ToyConfig(parameters),
                                    .engine = engine_,
                                    .checkpoint_folder = folder,
                                    .clock = &clock},
                                   embedding_, train_, validation_);
    if (!trainer.ok()) return trainer.status();
    return (*trainer)->Run(observer, observer.token());
  }

  // A run from the start to the end.
  absl::StatusOr<TrainingResult> Train(const HyperParameters& parameters) {
    const TempDir folder;
    Observer observer;
    return Train(parameters, folder.path(), observer);
  }

  Engine engine_ = Engine::kReference;
  // Most tensors here are too small to share.
  int threads_ = 1;
  std::vector<float> embedding_ = MakeToyEmbedding();
  LabelledTexts train_ = MakeToyTexts(20, 1);
  LabelledTexts validation_ = MakeToyTexts(10, 2);
};

inline std::string Weights(const absl::StatusOr<TrainingResult>& result) {
  return SerializeWeights(*result->model);
}

inline HyperParameters WithAllDropouts() {
  HyperParameters parameters = ToyParameters();
  parameters.optimizer = OptimizerKind::kAdamW;
  parameters.weight_decay = 0.01;
  parameters.gradient_clip = 0.5;
  parameters.schedule = ScheduleKind::kCosine;
  parameters.warmup_fraction = 0.2;
  parameters.layers = 2;
  parameters.bidirectional = true;
  parameters.pooling = Pooling::kConcat;
  parameters.dropout = 0.5;
  parameters.embedding_dropout = 0.4;
  parameters.word_dropout = 0.1;
  parameters.weight_drop = 0.2;
  parameters.padding = PaddingKind::kDynamic;
  return parameters;
}

// Large enough that LibTorch shares an operation among threads, and few steps.
inline HyperParameters WithWideLayer() {
  HyperParameters parameters = WithAllDropouts();
  parameters.epochs = 2;
  parameters.layers = 1;
  parameters.bidirectional = false;
  parameters.hidden_size = 128;
  parameters.batch_size = 64;
  return parameters;
}

}  // namespace carousel

#endif  // CAROUSEL_TESTS_CORE_TRAIN_TRAINER_FIXTURE_H_
