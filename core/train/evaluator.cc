#include "core/train/evaluator.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/data/batcher.h"
#include "core/nn/sentiment_lstm.h"
#include "core/nn/torch_status.h"

namespace carousel {
namespace {

// Shortest first, so that a batch is padded little.
std::vector<std::size_t> SortedByLength(std::span<const EncodedText> texts) {
  std::vector<std::size_t> order(texts.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::stable_sort(
      order, {}, [&](std::size_t text) { return texts[text].tokens.size(); });
  return order;
}

// How many of the first texts of `order`, which go from short to long, make the
// next batch: at least one.
std::size_t CountBatchRows(std::span<const EncodedText> texts,
                           std::span<const std::size_t> order,
                           std::size_t batch_size) {
  const BatchLimits limits{.rows = batch_size};
  std::size_t rows = 1;
  while (rows < order.size() &&
         limits.Allow(rows + 1, texts[order[rows]].tokens.size())) {
    ++rows;
  }
  return rows;
}

// The model's logits, on its device, in the order of `order`.
absl::StatusOr<at::Tensor> ComputeLogits(
    const SentimentLstm& model, std::span<const EncodedText> texts,
    std::span<const std::size_t> order, std::size_t batch_size,
    const std::stop_token& stop, const std::function<void()>& on_batch) {
  std::vector<at::Tensor> logits;
  while (!order.empty()) {
    if (stop.stop_requested()) {
      return absl::CancelledError("the evaluation was stopped");
    }
    const std::size_t rows = CountBatchRows(texts, order, batch_size);
    logits.push_back(model.Forward(
        ToTensors(MakeBatch(texts, {}, order.first(rows)), model.device())));
    order = order.subspan(rows);
    if (on_batch) on_batch();
  }
  return at::cat(logits);
}

}  // namespace

absl::StatusOr<std::vector<double>> PredictProbabilities(
    const SentimentLstm& model, std::span<const EncodedText> texts,
    std::size_t batch_size, const std::stop_token& stop,
    const std::function<void()>& on_batch) {
  std::vector<double> probabilities(texts.size());
  if (texts.empty()) return probabilities;
  try {
    const at::NoGradGuard no_grad;
    const std::vector<std::size_t> order = SortedByLength(texts);
    ASSIGN_OR_RETURN(
        const at::Tensor logits,
        ComputeLogits(model, texts, order, batch_size, stop, on_batch));
    // Read once, so that a device is not kept waiting between batches.
    const std::vector<double> answers = ToProbabilities(logits);
    for (std::size_t i = 0; i < order.size(); ++i) {
      if (std::isnan(answers[i])) {
        return absl::FailedPreconditionError(absl::StrCat(
            "the model's answer to text ", order[i],
            " must be finite; it is not: the model's weights are out of "
            "bounds"));
      }
      probabilities[order[i]] = answers[i];
    }
    return probabilities;
  } catch (...) {
    return TorchExceptionToStatus();
  }
}

absl::StatusOr<ClassificationReport> EvaluateModel(
    const SentimentLstm& model, std::span<const EncodedText> texts,
    std::span<const float> labels, std::size_t batch_size,
    const std::stop_token& stop, const std::function<void()>& on_batch) {
  ASSIGN_OR_RETURN(
      const std::vector<double> probabilities,
      PredictProbabilities(model, texts, batch_size, stop, on_batch));
  std::vector<int> targets;
  targets.reserve(labels.size());
  for (const float label : labels) targets.push_back(label >= 0.5F ? 1 : 0);
  return Classify(probabilities, targets);
}

}  // namespace carousel
