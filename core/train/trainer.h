// The training loop: binary cross-entropy, back-propagation through time, one
// optimizer step a batch, a validation pass and a checkpoint an epoch.
#ifndef CAROUSEL_CORE_TRAIN_TRAINER_H_
#define CAROUSEL_CORE_TRAIN_TRAINER_H_

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/engine/engine.h"
#include "core/metrics/classification.h"
#include "core/nn/model_config.h"
#include "core/train/compute_stretch.h"
#include "core/train/hyperparameters.h"
#include "core/train/labelled_texts.h"
#include "core/train/progress.h"

namespace carousel {

class SentimentLstm;

struct TrainerOptions {
  HyperParameters parameters;
  ModelConfig config;
  Engine engine = Engine::kReference;
  std::string device = "cpu";  // as ResolveDevice gives it
  // Where checkpoints live; must exist. One is kept, the newest.
  std::filesystem::path checkpoint_folder;
  const Clock* clock = &Clock::Real();
};

struct TrainingResult {
  std::vector<EpochMetrics> epochs;
  std::vector<ComputeStretch> compute;  // how they were computed
  std::int64_t best_epoch = 0;
  double best_validation_accuracy = 0;
  // The weights of the best epoch: highest validation accuracy, at a tie the
  // lower validation loss.
  std::shared_ptr<SentimentLstm> model;
  ClassificationReport validation;  // of these weights
  bool stopped_early = false;
};

// The same inputs, engine and thread count on the same machine's CPU give
// bit-identical results, also when the run was broken off and resumed at any
// point. (On CUDA, LibTorch's kernels promise no order of their sums.) A run
// may go on with another engine, device or thread count than it began with,
// since a server's flags may change; its bits are then its own, and
// TrainingResult::compute tells. Every random draw of an epoch comes from
// (seed, epoch), by way of torch's default generator: one run at a time in a
// process. Not thread-safe.
class Trainer {
 public:
  // `embedding` has a row for each vocabulary entry, row-major
  // [vocabulary_size, embedding_size]. INVALID_ARGUMENT for hyper-parameters
  // out of range, inputs of sizes that disagree, and when there is no training
  // or no validation text.
  static absl::StatusOr<std::unique_ptr<Trainer>> Create(
      TrainerOptions options, std::vector<float> embedding, LabelledTexts train,
      LabelledTexts validation);
  virtual ~Trainer() = default;

  // Call it once: it lets go of what it needs at the start alone. Resumes from
  // the checkpoint when the folder holds one, and then tells the
  // observer the past epochs first, which a crash may have kept from it.
  // FAILED_PRECONDITION when the checkpoint is of other hyper-parameters or
  // other texts (it is never overwritten), DATA_LOSS when it is damaged.
  // CANCELLED when `stop` was requested: the checkpoint of the last whole epoch
  // stays. FAILED_PRECONDITION with the epoch and batch when the loss or a
  // gradient is not finite. RESOURCE_EXHAUSTED when memory runs out.
  virtual absl::StatusOr<TrainingResult> Run(TrainingObserver& observer,
                                             std::stop_token stop) = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_TRAIN_TRAINER_H_
