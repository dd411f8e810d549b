#include "core/train/hyperparameters.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"
#include "core/train/settings.h"

namespace carousel {
namespace {

// The plain model of the textbooks, after the usual cleaning of the text.
HyperParameters ClassicPreset() {
  HyperParameters classic;
  classic.min_count = 2;
  classic.text.keep_punctuation = false;
  return classic;
}

HyperParameters StrongPreset() {
  HyperParameters strong;
  strong.optimizer = OptimizerKind::kAdamW;
  strong.weight_decay = 1e-2;
  strong.gradient_clip = 1;
  strong.schedule = ScheduleKind::kCosine;
  strong.warmup_fraction = 0.05;
  strong.bidirectional = true;
  strong.pooling = Pooling::kConcat;
  strong.dropout = 0.5;
  strong.embedding_dropout = 0.4;
  strong.truncate = Truncation::kHeadTail;
  strong.padding = PaddingKind::kDynamic;
  strong.min_count = 2;
  return strong;
}

// The strong recipe for texts that are answered while they come: forward alone,
// with the units of both directions, and the beginning kept. Long enough that
// all but a few reviews are read to their ends, where their verdicts stand.
HyperParameters StreamingPreset() {
  HyperParameters streaming = StrongPreset();
  streaming.bidirectional = false;
  streaming.hidden_size = 256;
  streaming.truncate = Truncation::kHead;
  streaming.max_tokens = 1000;
  return streaming;
}

struct NamedPreset {
  std::string_view name;
  HyperParameters (*make)();
};
constexpr NamedPreset kPresets[] = {{"classic", ClassicPreset},
                                    {"strong", StrongPreset},
                                    {"streaming", StreamingPreset}};

}  // namespace

absl::StatusOr<HyperParameters> Preset(std::string_view name) {
  for (const NamedPreset& preset : kPresets) {
    if (preset.name == name) return preset.make();
  }
  FieldViolations violations;
  violations.Add(
      "preset",
      absl::StrCat("preset is ", internal::ShownValue(name), "; it must be ",
                   absl::StrJoin(PresetNames(), " or ")));
  return violations.ToStatus();
}

std::vector<std::string> PresetNames() {
  std::vector<std::string> names;
  for (const NamedPreset& preset : kPresets) names.emplace_back(preset.name);
  return names;
}

absl::StatusOr<HyperParameters> ApplySettings(
    HyperParameters base, const std::map<std::string, std::string>& settings) {
  FieldViolations violations;
  RETURN_IF_ERROR(HyperParameterTable().Apply(settings, base, violations));
  if (!violations.empty()) return violations.ToStatus();
  return base;
}

absl::Status Validate(const HyperParameters& parameters) {
  FieldViolations violations;
  HyperParameterTable().Check(parameters, violations);
  return violations.ToStatus();
}

std::vector<SettingHelp> DescribeSettings() {
  return HyperParameterTable().Describe();
}

nlohmann::json ToJson(const HyperParameters& parameters) {
  return HyperParameterTable().ToJson(parameters);
}

absl::StatusOr<HyperParameters> HyperParametersFromJson(
    const nlohmann::json& json) {
  HyperParameters parameters;
  FieldViolations violations;
  RETURN_IF_ERROR(HyperParameterTable().FromJson(json, parameters, violations));
  if (!violations.empty()) return violations.ToStatus();
  return parameters;
}

std::string_view ToString(OptimizerKind optimizer) {
  switch (optimizer) {
    case OptimizerKind::kAdam:
      return "adam";
    case OptimizerKind::kAdamW:
      return "adamw";
    case OptimizerKind::kSgd:
      return "sgd";
  }
  return "unknown";
}

std::string_view ToString(ScheduleKind schedule) {
  switch (schedule) {
    case ScheduleKind::kConstant:
      return "constant";
    case ScheduleKind::kLinear:
      return "linear";
    case ScheduleKind::kCosine:
      return "cosine";
  }
  return "unknown";
}

std::string_view ToString(PaddingKind padding) {
  switch (padding) {
    case PaddingKind::kFixed:
      return "fixed";
    case PaddingKind::kDynamic:
      return "dynamic";
  }
  return "unknown";
}

}  // namespace carousel
