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

absl::Status CheckNumber(std::string_view what, double value) {
  if (std::isfinite(value)) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat(ToAbslView(what), " is ", value,
                   "; it must be finite: a lower learning_rate, or a "
                   "gradient_clip above 0, may help"));
}

// [3], double, on the device: the loss, how many rows are on the side of 0.5
// where their label is, and `squares`.
at::Tensor Measure(const at::Tensor& loss, const at::Tensor& logits,
                   const at::Tensor& labels, const at::Tensor& squares) {
  const at::Tensor correct = logits.ge(0).eq(labels.ge(0.5)).sum();
  return at::stack({loss.to(at::kDouble), correct.to(at::kDouble), squares});
}

at::Tensor IsNotFinite(const at::Tensor& value) {
  return at::isfinite(value).logical_not();
}

}  // namespace

absl::Status CheckFinite(const StepResult& step) {
  RETURN_IF_ERROR(CheckNumber("the loss", step.loss));
  return CheckNumber("the gradients' norm", step.gradient_norm);
}

Learner::Learner(const HyperParameters& parameters, const ModelConfig& config,
                 const std::vector<float>& embedding, Engine engine,
                 const std::string& device)
    : parameters_(parameters),
      model_(MakeModel(parameters, config, embedding, engine, device)),
      optimizer_(parameters, model_->parameters()),
      failed_(at::zeros({}, model_->embedding().options())) {}

PreparedBatch Learner::Prepare(const Batch& batch) const {
  return {.tensors = ToTensors(batch, model_->device()),
          .rows = batch.rows,
          .tokens = std::accumulate(batch.lengths.begin(), batch.lengths.end(),
                                    std::int64_t{0})};
}

void Learner::Step(const PreparedBatch& batch, double rate_factor) {
  const at::Tensor& labels = batch.tensors.labels;
  const at::Tensor logits = model_->Forward(
      batch.tensors, {.output = parameters_.dropout,
                      .embedding = parameters_.embedding_dropout,
                      .word = parameters_.word_dropout,
                      .weight = parameters_.weight_drop});
  const at::Tensor loss = at::binary_cross_entropy_with_logits(logits, labels);
  optimizer_.ClearGradients();
  loss.backward();

  const at::Tensor squares = optimizer_.SquaredNorm();
  const double clip = parameters_.gradient_clip;
  if (clip > 0) optimizer_.ClipGradients(squares, clip);
  failed_ = (failed_ + IsNotFinite(loss.detach()) + IsNotFinite(squares))
                .clamp_max(1);
  optimizer_.Step(rate_factor, failed_);
  unread_.push_back(
      {.known = {.rows = batch.rows,
                 .tokens = batch.tokens,
                 .learning_rate = parameters_.learning_rate * rate_factor},
       .numbers = Measure(loss.detach(), logits.detach(), labels, squares)});
}

std::vector<StepResult> Learner::ReadSteps() {
  std::vector<StepResult> steps;
  if (unread_.empty()) return steps;
  std::vector<at::Tensor> numbers;
  for (const UnreadStep& step : unread_) numbers.push_back(step.numbers);
  // The one place of training that waits for the device; EpochMeter says when.
  const at::Tensor all = at::stack(numbers).cpu();
  const double* number = all.const_data_ptr<double>();
  for (const UnreadStep& unread : unread_) {
    StepResult& step = steps.emplace_back(unread.known);
    step.loss = *number++;
    step.correct = static_cast<std::int64_t>(*number++);
    step.gradient_norm = std::sqrt(*number++);
  }
  unread_.clear();
  return steps;
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
