// The files of a model folder by name; docs/model_format.md says what is in
// them. Knows no torch.
#ifndef CAROUSEL_CORE_NN_MODEL_FILES_H_
#define CAROUSEL_CORE_NN_MODEL_FILES_H_

#include <cstdint>
#include <filesystem>

#include "absl/status/statusor.h"
#include "core/nn/model_config.h"

namespace carousel {

inline constexpr char kWeightsFile[] = "model.safetensors";
inline constexpr char kConfigFile[] = "config.json";
inline constexpr char kVocabularyFile[] = "vocabulary.txt";
inline constexpr char kMetricsFile[] = "metrics.json";
inline constexpr char kProvenanceFile[] = "provenance.json";

// Reads config.json. NOT_FOUND when there is none; INVALID_ARGUMENT, naming the
// file, as ModelConfigFromJson or for what is not JSON.
absl::StatusOr<ModelConfig> ReadModelConfig(
    const std::filesystem::path& folder);

// How many weights a model of that configuration has.
std::int64_t CountWeights(const ModelConfig& config);

}  // namespace carousel

#endif  // CAROUSEL_CORE_NN_MODEL_FILES_H_
