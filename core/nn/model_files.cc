#include "core/nn/model_files.h"

#include <nlohmann/json.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"

namespace carousel {

absl::StatusOr<ModelConfig> ReadModelConfig(
    const std::filesystem::path& folder) {
  ASSIGN_OR_RETURN(const std::string text, ReadFile(folder / kConfigFile));
  const auto json =
      nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (json.is_discarded()) {
    return absl::InvalidArgumentError(
        absl::StrCat(kConfigFile, " is not JSON"));
  }
  absl::StatusOr<ModelConfig> config = ModelConfigFromJson(json);
  if (!config.ok()) return WithContext(config.status(), kConfigFile);
  return config;
}

std::int64_t CountWeights(const ModelConfig& config) {
  constexpr std::int64_t kGates = 4;
  const std::int64_t hidden = config.hidden_size;
  std::int64_t count = config.vocabulary_size * config.embedding_size;
  std::int64_t inputs = config.embedding_size;
  for (std::int64_t layer = 0; layer < config.layers; ++layer) {
    // Each gate has a matrix over [h, x] and a bias.
    count += config.directions() * kGates * hidden * (hidden + inputs + 1);
    inputs = config.directions() * hidden;
  }
  return count + config.pooled_size() + 1;
}

}  // namespace carousel
