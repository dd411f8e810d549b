// A model and what changes it: one step on a batch, and all of its state out
// to a checkpoint and back.
#ifndef CAROUSEL_CORE_TRAIN_LEARNER_H_
#define CAROUSEL_CORE_TRAIN_LEARNER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/data/batcher.h"
#include "core/engine/engine.h"
#include "core/nn/model_config.h"
#include "core/nn/sentiment_lstm.h"
#include "core/train/checkpoint.h"
#include "core/train/epoch_meter.h"
#include "core/train/hyperparameters.h"
#include "core/train/optimizer.h"

namespace carousel {

// A batch where its model is, and what of it the host has to know.
struct PreparedBatch {
  BatchTensors tensors;
  std::int64_t rows = 0;
  std::int64_t tokens = 0;  // padding left out
};

// FAILED_PRECONDITION when the step's loss or the norm of its gradients is not
// finite.
absl::Status CheckFinite(const StepResult& step);

// Draws weights and dropout masks from torch's default generator: seed it
// before. Throws what torch throws. Not thread-safe.
//
// An accelerator works behind the host, which never waits for it but in
// ReadSteps and Save.
class Learner {
 public:
  // A fresh model. `embedding` is [vocabulary_size, embedding_size], row-major;
  // `device` as ResolveDevice gives it.
  Learner(const HyperParameters& parameters, const ModelConfig& config,
          const std::vector<float>& embedding, Engine engine,
          const std::string& device);

  // Begins to copy a batch to the model's device: best while that works on the
  // batch before.
  PreparedBatch Prepare(const Batch& batch) const;

  // Forward, backward, clip, and a step with the learning rates times
  // `rate_factor`. Once the loss or the norm of the gradients is not finite
  // (CheckFinite), neither this step nor a later one changes a weight.
  void Step(const PreparedBatch& batch, double rate_factor);

  // What the steps since the last call have done, in their order.
  std::vector<StepResult> ReadSteps();

  // Weights and optimizer, to `checkpoint` and back.
  void Save(Checkpoint& checkpoint) const;
  absl::Status Restore(const Checkpoint& checkpoint);

  const std::shared_ptr<SentimentLstm>& model() const { return model_; }

 private:
  // What the host knows of a step, and what the device does.
  struct UnreadStep {
    StepResult known;
    at::Tensor numbers;  // [3], double: loss, rows answered rightly, squares
  };

  const HyperParameters parameters_;
  const std::shared_ptr<SentimentLstm> model_;
  Optimizer optimizer_;
  at::Tensor failed_;  // a float: 1 once a step was not finite
  std::vector<UnreadStep> unread_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_TRAIN_LEARNER_H_
