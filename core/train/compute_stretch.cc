#include "core/train/compute_stretch.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"

namespace carousel {

void ExtendCompute(const ComputeStretch& stretch,
                   std::vector<ComputeStretch>& compute) {
  if (!compute.empty()) {
    ComputeStretch last = compute.back();
    last.from_epoch = stretch.from_epoch;
    if (last == stretch) return;
  }
  compute.push_back(stretch);
}

nlohmann::json ToJson(const std::vector<ComputeStretch>& compute) {
  nlohmann::json json = nlohmann::json::array();
  for (const ComputeStretch& stretch : compute) {
    json.push_back({{"from_epoch", stretch.from_epoch},
                    {"engine", stretch.engine},
                    {"device", stretch.device},
                    {"threads", stretch.threads}});
  }
  return json;
}

absl::StatusOr<std::vector<ComputeStretch>> ComputeFromJson(
    const nlohmann::json& json) {
  std::vector<ComputeStretch> compute;
  try {
    for (const nlohmann::json& item : json) {
      ComputeStretch& stretch = compute.emplace_back();
      item.at("from_epoch").get_to(stretch.from_epoch);
      item.at("engine").get_to(stretch.engine);
      item.at("device").get_to(stretch.device);
      item.at("threads").get_to(stretch.threads);
    }
  } catch (const nlohmann::json::exception& error) {
    return absl::InvalidArgumentError(
        absl::StrCat("how the run was computed: ", error.what()));
  }
  return compute;
}

}  // namespace carousel
