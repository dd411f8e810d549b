#include "core/train/progress.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"

namespace carousel {
namespace {

struct RealField {
  const char* key;
  double EpochMetrics::*member;
};
constexpr RealField kRealFields[] = {
    {"train_loss", &EpochMetrics::train_loss},
    {"train_accuracy", &EpochMetrics::train_accuracy},
    {"validation_loss", &EpochMetrics::validation_loss},
    {"validation_accuracy", &EpochMetrics::validation_accuracy},
    {"learning_rate", &EpochMetrics::learning_rate},
    {"gradient_norm", &EpochMetrics::gradient_norm},
    {"tokens_per_second", &EpochMetrics::tokens_per_second},
    {"seconds", &EpochMetrics::seconds},
};

}  // namespace

nlohmann::json ToJson(const EpochMetrics& metrics) {
  nlohmann::json json = {{"epoch", metrics.epoch}, {"tokens", metrics.tokens}};
  for (const RealField& field : kRealFields) {
    json[field.key] = metrics.*field.member;
  }
  return json;
}

absl::StatusOr<EpochMetrics> EpochMetricsFromJson(const nlohmann::json& json) {
  EpochMetrics metrics;
  try {
    json.at("epoch").get_to(metrics.epoch);
    json.at("tokens").get_to(metrics.tokens);
    for (const RealField& field : kRealFields) {
      json.at(field.key).get_to(metrics.*field.member);
    }
  } catch (const nlohmann::json::exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat("an epoch's metrics: ", error.what()));
  }
  return metrics;
}

}  // namespace carousel
