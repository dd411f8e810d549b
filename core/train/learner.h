// A model and what changes it: one step on a batch, and all of its state out
// to a checkpoint and back.
#ifndef CAROUSEL_CORE_TRAIN_LEARNER_H_
#define CAROUSEL_CORE_TRAIN_LEARNER_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/data/batcher.h"
#include "core/engine/engine.h"
#include "core/nn/model_config.h"
#include "core/nn/sentiment_lstm.h"
#include "core/train/checkpoint.h"
#include "core/train/epoch_meter.h"
#include "core/train/hyperparameters.h"
#include "core/train/optimizer.h"

namespace carousel {

// Draws weights and dropout masks from torch's default generator: seed it
// before. Throws what torch throws. Not thread-safe.
class Learner {
 public:
  // A fresh model. `embedding` is [vocabulary_size, embedding_size], row-major;
  // `device` as ResolveDevice gives it.
  Learner(const HyperParameters& parameters, const ModelConfig& config,
          const std::vector<float>& embedding, Engine engine,
          const std::string& device);

  // Forward, backward, clip, and a step with the learning rates times
  // `rate_factor`. FAILED_PRECONDITION, with the weights as they were, when
  // the loss or the norm of the gradients is not finite.
  absl::StatusOr<StepResult> Step(const Batch& batch, double rate_factor);

  // Weights and optimizer, to `checkpoint` and back.
  void Save(Checkpoint& checkpoint) const;
  absl::Status Restore(const Checkpoint& checkpoint);

  const std::shared_ptr<SentimentLstm>& model() const { return model_; }

 private:
  const HyperParameters parameters_;
  const std::shared_ptr<SentimentLstm> model_;
  Optimizer optimizer_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_TRAIN_LEARNER_H_
