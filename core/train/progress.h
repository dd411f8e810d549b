// What a training run tells while it goes on.
#ifndef CAROUSEL_CORE_TRAIN_PROGRESS_H_
#define CAROUSEL_CORE_TRAIN_PROGRESS_H_

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string_view>

#include "absl/status/statusor.h"

namespace carousel {

struct EpochMetrics {
  std::int64_t epoch = 0;  // from 1
  // Training figures are means over the epoch, with dropout on, weights moving.
  double train_loss = 0;
  double train_accuracy = 0;
  double validation_loss = 0;
  double validation_accuracy = 0;
  double learning_rate = 0;  // at the last step
  double gradient_norm = 0;  // mean over the steps, before clipping
  double tokens_per_second = 0;
  double seconds = 0;       // training and validation
  std::int64_t tokens = 0;  // trained on in this epoch, padding left out

  bool operator==(const EpochMetrics&) const = default;
};

// As in metrics.json; reads back to the same, bit for bit.
nlohmann::json ToJson(const EpochMetrics& metrics);
// INVALID_ARGUMENT for a missing key or a value of another type.
absl::StatusOr<EpochMetrics> EpochMetricsFromJson(const nlohmann::json& json);

// What word vectors are trained on.
struct VectorsTextCounts {
  std::int64_t texts = 0;
  // Texts that stand in another dataset's validation or test split.
  std::int64_t left_out = 0;
  std::int64_t tokens = 0;  // of the texts, rare words too
  std::int64_t words = 0;   // of the vocabulary
};

struct BatchProgress {
  std::int64_t epoch = 0;  // from 1
  std::int64_t batch = 0;  // done so far
  std::int64_t batches = 0;
  double mean_loss = 0;  // over the epoch so far
  double learning_rate = 0;
  double gradient_norm = 0;
  std::int64_t tokens = 0;  // since the last report
  double tokens_per_second = 0;
};

// Called on the training thread; must be quick. A measure that a run does not
// have (the accuracy of word vectors) is NaN.
class TrainingObserver {
 public:
  virtual ~TrainingObserver() = default;
  // "loading", "encoding", "training" and "validating" in turn, "saving".
  virtual void OnStage(std::string_view stage) = 0;
  // At most a few times a second.
  virtual void OnBatch(const BatchProgress& progress) = 0;
  // After the epoch's checkpoint is on the disk: what was told is not lost.
  virtual void OnEpoch(const EpochMetrics& metrics) = 0;
  // After every piece of work that nothing else tells of and that grows with
  // the data: a batch of validation. Whoever hears nothing at all for minutes
  // may take the run for dead.
  virtual void OnAlive() {}
  // When word vectors are trained and their texts have been read.
  virtual void OnVectorsTexts(const VectorsTextCounts& counts) {}
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_TRAIN_PROGRESS_H_
