#include "core/train/learner.h"

#include <ATen/ATen.h>

#include <cmath>
#include <numeric>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/nn/model_folder.h"

namespace carousel {
namespace {

std::shared_ptr<SentimentLstm> MakeModel(const HyperParameters& parameters,
                                         const ModelConfig& config,
                                         const std::vector<float>& embedding,
                                         Engine engine,
                                         const std::string& device) {
  const at::Tensor rows =
      at::tensor(at::ArrayRef<float>(embedding))
          .view({config.vocabulary_size, config.embedding_size});
  auto model =
      std::make_shared<SentimentLstm>(config, rows, parameters.forget_bias,
                                      GetKernel(engine, parameters.precision));
  model->MoveTo(device);
  model->embedding().set_requires_grad(parameters.trainable_embedding);
  return model;
}

absl::Status CheckFinite(std::string_view what, double value) {
  if (std::isfinite(value)) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(ToAbslView(what), " is ", value,
                   "; it must be finite: a lower learning_rate, or a "
                   "gradient_clip above 0, may help"));
}

// Rows on the side of 0.5 where their label is.
std::int64_t CountCorrect(const at::Tensor& logits, const at::Tensor& labels) {
  return logits.ge(0).eq(labels.ge(0.5)).sum().item<std::int64_t>();
}

}  // namespace

Learner::Learner(const HyperParameters& parameters, const ModelConfig& config,
                 const std::vector<float>& embedding, Engine engine,
                 const std::string& device)
    : parameters_(parameters),
      model_(MakeModel(parameters, config, embedding, engine, device)),
      optimizer_(parameters, model_->parameters()) {}

absl::StatusOr<StepResult> Learner::Step(const Batch& batch,
                                         double rate_factor) {
  const BatchTensors tensors = ToTensors(batch, model_->device());
  const at::Tensor logits =
      model_->Forward(tensors, {.output = parameters_.dropout,
                                .embedding = parameters_.embedding_dropout,
                                .word = parameters_.word_dropout,
                                .weight = parameters_.weight_drop});
  const at::Tensor loss =
      at::binary_cross_entropy_with_logits(logits, tensors.labels);
  StepResult result{
      .rows = batch.rows,
      .tokens = std::accumulate(batch.lengths.begin(), batch.lengths.end(),
                                std::int64_t{0}),
      .correct = CountCorrect(logits, tensors.labels),
      .loss = loss.item<double>(),
      .learning_rate = parameters_.learning_rate * rate_factor};
  RETURN_IF_ERROR(CheckFinite("the loss", result.loss));

  optimizer_.ClearGradients();
  loss.backward();
  result.gradient_norm = optimizer_.GradientNorm();
  RETURN_IF_ERROR(CheckFinite("the gradients' norm", result.gradient_norm));
  const double clip = parameters_.gradient_clip;
  if (clip > 0 && result.gradient_norm > clip) {
    optimizer_.ScaleGradients(clip / result.gradient_norm);
  }
  optimizer_.Step(rate_factor);
  return result;
}

void Learner::Save(Checkpoint& checkpoint) const {
  checkpoint.weights = SerializeWeights(*model_);
  checkpoint.optimizer = optimizer_.Serialize();
}

absl::Status Learner::Restore(const Checkpoint& checkpoint) {
  RETURN_IF_ERROR(RestoreWeights(checkpoint.weights, *model_));
  return optimizer_.Restore(checkpoint.optimizer);
}

}  // namespace carousel
