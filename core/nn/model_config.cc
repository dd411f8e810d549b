#include "core/nn/model_config.h"

#include <array>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"

namespace carousel {
namespace {

using Json = nlohmann::json;

constexpr std::array<std::pair<Pooling, std::string_view>, 4> kPoolings = {
    {{Pooling::kLast, "last"},
     {Pooling::kMax, "max"},
     {Pooling::kMean, "mean"},
     {Pooling::kConcat, "concat"}}};

absl::Status Invalid(std::string_view key, std::string_view problem) {
  return absl::InvalidArgumentError(
      absl::StrCat("config: ", std::string(key), " ", std::string(problem)));
}

absl::Status ReadInteger(const Json& json, const char* key, std::int64_t low,
                         std::int64_t high, std::int64_t& value) {
  const auto it = json.find(key);
  if (it == json.end() || !it->is_number_integer()) {
    return Invalid(key, "must be a whole number");
  }
  value = it->get<std::int64_t>();
  if (value < low || value > high) {
    return Invalid(key, absl::StrCat("is ", value, "; it must be in [", low,
                                     ", ", high, "]"));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> ReadText(const Json& json, const char* key) {
  const auto it = json.find(key);
  if (it == json.end() || !it->is_string()) {
    return Invalid(key, "must be a text");
  }
  return it->get<std::string>();
}

absl::Status ReadLabels(const Json& json, std::array<std::string, 2>& names) {
  const auto it = json.find("label_names");
  if (it == json.end() || !it->is_array() || it->size() != 2 ||
      !(*it)[0].is_string() || !(*it)[1].is_string()) {
    return Invalid("label_names", "must be [negative, positive]");
  }
  names = {(*it)[0].get<std::string>(), (*it)[1].get<std::string>()};
  return absl::OkStatus();
}

absl::Status CheckKeys(const Json& json) {
  if (!json.is_object()) return Invalid("file", "must be a JSON object");
  const Json known = ToJson(ModelConfig{});
  for (const auto& [key, value] : json.items()) {
    if (!known.contains(key)) return Invalid(key, "is not known");
  }
  return absl::OkStatus();
}

}  // namespace

std::string_view ToString(Pooling pooling) {
  for (const auto& [value, name] : kPoolings) {
    if (value == pooling) return name;
  }
  return "";
}

absl::StatusOr<Pooling> ParsePooling(std::string_view text) {
  for (const auto& [value, name] : kPoolings) {
    if (name == text) return value;
  }
  return absl::InvalidArgumentError(
      absl::StrCat("pooling is ", std::string(text),
                   "; it must be last, max, mean or concat"));
}

Json ToJson(const ModelConfig& config) {
  return {{"format", 1},
          {"text", ToJson(config.text)},
          {"max_tokens", config.max_tokens},
          {"truncate", ToString(config.truncation)},
          {"vocabulary_size", config.vocabulary_size},
          {"embedding_size", config.embedding_size},
          {"hidden_size", config.hidden_size},
          {"layers", config.layers},
          {"bidirectional", config.bidirectional},
          {"pooling", ToString(config.pooling)},
          {"label_names", config.label_names},
          {"majority_label", config.majority_label}};
}

absl::StatusOr<ModelConfig> ModelConfigFromJson(const Json& json) {
  RETURN_IF_ERROR(CheckKeys(json));
  ModelConfig config;
  std::int64_t format = 0;
  std::int64_t majority_label = 0;
  RETURN_IF_ERROR(ReadInteger(json, "format", 1, 1, format));
  RETURN_IF_ERROR(
      ReadInteger(json, "max_tokens", 1, 10'000, config.max_tokens));
  RETURN_IF_ERROR(ReadInteger(json, "vocabulary_size", 2, 5'000'000,
                              config.vocabulary_size));
  RETURN_IF_ERROR(
      ReadInteger(json, "embedding_size", 1, 4096, config.embedding_size));
  RETURN_IF_ERROR(
      ReadInteger(json, "hidden_size", 1, 4096, config.hidden_size));
  RETURN_IF_ERROR(ReadInteger(json, "layers", 1, 8, config.layers));
  RETURN_IF_ERROR(ReadInteger(json, "majority_label", 0, 1, majority_label));
  config.majority_label = static_cast<int>(majority_label);
  if (!json.contains("text")) return Invalid("text", "is missing");
  ASSIGN_OR_RETURN(config.text, TextOptionsFromJson(json["text"]));
  if (!json.contains("bidirectional") || !json["bidirectional"].is_boolean()) {
    return Invalid("bidirectional", "must be true or false");
  }
  config.bidirectional = json["bidirectional"];
  ASSIGN_OR_RETURN(const std::string truncation, ReadText(json, "truncate"));
  ASSIGN_OR_RETURN(config.truncation, ParseTruncation(truncation));
  ASSIGN_OR_RETURN(const std::string pooling, ReadText(json, "pooling"));
  ASSIGN_OR_RETURN(config.pooling, ParsePooling(pooling));
  RETURN_IF_ERROR(ReadLabels(json, config.label_names));
  return config;
}

}  // namespace carousel
