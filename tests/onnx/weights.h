// The weights of a model, each number another one.
#ifndef CAROUSEL_TESTS_ONNX_WEIGHTS_H_
#define CAROUSEL_TESTS_ONNX_WEIGHTS_H_

#include <cstring>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/nn/model_config.h"
#include "core/nn/safetensors.h"

namespace carousel {

inline void AddNumbers(const std::string& name,
                       const std::vector<std::int64_t>& shape,
                       SafetensorsFile& weights) {
  std::size_t count = 1;
  for (const std::int64_t size : shape) count *= size;
  std::string bytes;
  for (std::size_t i = 0; i < count; ++i) {
    // Whole numbers below 2^24 are exact as floats.
    const auto value = static_cast<float>(1000 * weights.tensors.size() + i);
    char raw[sizeof(value)];
    std::memcpy(raw, &value, sizeof(value));
    bytes.append(raw, sizeof(raw));
  }
  weights.tensors.push_back(
      {.name = name, .shape = shape, .bytes = std::move(bytes)});
}

// As docs/model_format.md has them. The i-th number of the n-th tensor is
// 1000 n + i, if no tensor has more.
inline SafetensorsFile NumberedWeights(const ModelConfig& config) {
  SafetensorsFile weights;
  AddNumbers("embedding", {config.vocabulary_size, config.embedding_size},
             weights);
  std::int64_t inputs = config.embedding_size;
  for (std::int64_t layer = 0; layer < config.layers; ++layer) {
    for (std::int64_t d = 0; d < config.directions(); ++d) {
      const std::string prefix =
          absl::StrCat("layers.", layer, d == 0 ? ".forward." : ".backward.");
      for (const char* gate : {"f", "i", "c", "o"}) {
        AddNumbers(absl::StrCat(prefix, "W_", gate),
                   {config.hidden_size, config.hidden_size + inputs}, weights);
        AddNumbers(absl::StrCat(prefix, "b_", gate), {config.hidden_size},
                   weights);
      }
    }
    inputs = config.directions() * config.hidden_size;
  }
  AddNumbers("head.weight", {1, config.pooled_size()}, weights);
  AddNumbers("head.bias", {1}, weights);
  return weights;
}

inline std::vector<float> ToFloats(const std::string& bytes) {
  std::vector<float> values(bytes.size() / sizeof(float));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(float));
  return values;
}

}  // namespace carousel

#endif  // CAROUSEL_TESTS_ONNX_WEIGHTS_H_
