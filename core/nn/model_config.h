// What a model is, apart from its weights: config.json of a model folder.
// Knows no torch.
#ifndef CAROUSEL_CORE_NN_MODEL_CONFIG_H_
#define CAROUSEL_CORE_NN_MODEL_CONFIG_H_

#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/text/encoder.h"
#include "core/text/text_options.h"

namespace carousel {

// How the outputs of the last layer become one vector a text.
enum class Pooling {
  kLast,    // the state at the text's own last token (and, of the backward
            // direction, at its first)
  kMax,     // the largest value of each unit over the text
  kMean,    // the mean of each unit over the text
  kConcat,  // [max; mean; last]
};
std::string_view ToString(Pooling pooling);  // "last", "max", ...
absl::StatusOr<Pooling> ParsePooling(std::string_view text);

struct ModelConfig {
  // The text side.
  TextOptions text;
  std::int64_t max_tokens = 400;
  Truncation truncation = Truncation::kHeadTail;
  std::int64_t vocabulary_size = 0;  // rows of the embedding
  // The LSTM.
  std::int64_t embedding_size = 0;
  std::int64_t hidden_size = 128;
  std::int64_t layers = 1;
  bool bidirectional = false;
  Pooling pooling = Pooling::kLast;
  // How the training file spells [negative, positive].
  std::array<std::string, 2> label_names = {"negative", "positive"};
  // The label that training saw most often, 0 or 1.
  int majority_label = 1;

  std::int64_t directions() const { return bidirectional ? 2 : 1; }
  // The length of the pooled vector.
  std::int64_t pooled_size() const {
    return hidden_size * directions() * (pooling == Pooling::kConcat ? 3 : 1);
  }
  bool operator==(const ModelConfig&) const = default;
};

nlohmann::json ToJson(const ModelConfig& config);
// INVALID_ARGUMENT naming the key that is missing, unknown, of a wrong type or
// out of range.
absl::StatusOr<ModelConfig> ModelConfigFromJson(const nlohmann::json& json);

}  // namespace carousel

#endif  // CAROUSEL_CORE_NN_MODEL_CONFIG_H_
