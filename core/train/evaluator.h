// A model over many texts, outside training.
#ifndef CAROUSEL_CORE_TRAIN_EVALUATOR_H_
#define CAROUSEL_CORE_TRAIN_EVALUATOR_H_

#include <cstddef>
#include <functional>
#include <span>
#include <stop_token>
#include <vector>

#include "absl/status/statusor.h"
#include "core/metrics/classification.h"
#include "core/text/encoder.h"

namespace carousel {

class SentimentLstm;

// The probability of positive for each text, in order, in batches of similar
// length: `batch_size`, at least 1, bounds their rows, and BatchLimits their
// padded tokens. CANCELLED when `stop` was requested; FAILED_PRECONDITION when
// an answer is not finite; what LibTorch throws as torch_status.h has it.
// `on_batch`, which may be null, is called after each batch. Thread-safe.
absl::StatusOr<std::vector<double>> PredictProbabilities(
    const SentimentLstm& model, std::span<const EncodedText> texts,
    std::size_t batch_size, const std::stop_token& stop = {},
    const std::function<void()>& on_batch = nullptr);

// The same, measured against labels (0 or 1).
absl::StatusOr<ClassificationReport> EvaluateModel(
    const SentimentLstm& model, std::span<const EncodedText> texts,
    std::span<const float> labels, std::size_t batch_size,
    const std::stop_token& stop = {},
    const std::function<void()>& on_batch = nullptr);

}  // namespace carousel

#endif  // CAROUSEL_CORE_TRAIN_EVALUATOR_H_
