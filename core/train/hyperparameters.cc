#include "core/train/hyperparameters.h"

#include <algorithm>
#include <charconv>
#include <numeric>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/error_details.h"
#include "core/base/strings.h"
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

// A value as a message shows it: numbers bare, anything else in quotes.
std::string Shown(std::string_view value) {
  constexpr std::size_t kLongest = 40;
  double number;
  const char* const end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, number);
  const bool is_number = rest == end && error != std::errc::invalid_argument;
  return is_number && value.size() <= kLongest ? std::string(value)
                                               : Quote(value);
}

std::string WrongValue(const Setting& setting, std::string_view value) {
  return absl::StrCat(setting.key, " is ", Shown(value), "; it must be ",
                      setting.range);
}

// More than there are keys. Whoever sends more is not told of each of them,
// which takes a look at every key for every guess.
constexpr std::size_t kMaxSettings = 256;

// Levenshtein's distance, to guess which key was meant.
std::size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), 0);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t diagonal = std::exchange(row[0], i + 1);
    for (std::size_t j = 0; j < b.size(); ++j) {
      const std::size_t replaced = diagonal + (a[i] != b[j]);
      diagonal = row[j + 1];
      row[j + 1] = std::min({replaced, row[j] + 1, diagonal + 1});
    }
  }
  return row.back();
}

const Setting* Find(std::span<const Setting> settings, std::string_view key) {
  const auto found = std::ranges::find(settings, key, &Setting::key);
  return found == settings.end() ? nullptr : &*found;
}

std::string UnknownKey(std::string_view key) {
  if (Find(RunSettings(), key) != nullptr) {
    return absl::StrCat(ToAbslView(key),
                        " has a field of its own; it is no setting");
  }
  std::string message = absl::StrCat("there is no setting ", Quote(key));
  constexpr std::size_t kLongest = 64;
  if (key.size() > kLongest) return message;
  const auto settings = ModelSettings();
  const auto nearest = std::ranges::min_element(
      settings, {}, [&](const Setting& s) { return EditDistance(key, s.key); });
  if (EditDistance(key, nearest->key) <= 3) {
    absl::StrAppend(&message, "; did you mean ", nearest->key, "?");
  }
  return message;
}

// A JSON value as --set would have it.
std::string AsText(const nlohmann::json& value) {
  return value.is_string() ? value.get<std::string>() : value.dump();
}

void Apply(std::span<const Setting> settings, std::string_view key,
           std::string_view value, HyperParameters& target,
           FieldViolations& violations) {
  const Setting* const setting = Find(settings, key);
  if (setting == nullptr) {
    violations.Add(key, UnknownKey(key));
  } else if (!setting->read(value, target)) {
    violations.Add(key, WrongValue(*setting, value));
  }
}

std::vector<Setting> AllSettings() {
  std::vector<Setting> all(RunSettings().begin(), RunSettings().end());
  all.insert(all.end(), ModelSettings().begin(), ModelSettings().end());
  return all;
}

}  // namespace

absl::StatusOr<HyperParameters> Preset(std::string_view name) {
  for (const NamedPreset& preset : kPresets) {
    if (preset.name == name) return preset.make();
  }
  FieldViolations violations;
  violations.Add("preset",
                 absl::StrCat("preset is ", Shown(name), "; it must be ",
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
  if (settings.size() > kMaxSettings) {
    violations.Add("settings", absl::StrCat("settings has ", settings.size(),
                                            " entries; it must have at most ",
                                            kMaxSettings));
    return violations.ToStatus();
  }
  for (const auto& [key, value] : settings) {
    Apply(ModelSettings(), key, value, base, violations);
  }
  if (!violations.empty()) return violations.ToStatus();
  return base;
}

absl::Status Validate(const HyperParameters& parameters) {
  FieldViolations violations;
  for (const Setting& setting : AllSettings()) {
    HyperParameters scratch;
    const std::string value = AsText(setting.get(parameters));
    if (!setting.read(value, scratch)) {
      violations.Add(setting.key, WrongValue(setting, value));
    }
  }
  return violations.ToStatus();
}

std::vector<SettingHelp> DescribeSettings() {
  std::vector<SettingHelp> help;
  for (const Setting& setting : ModelSettings()) {
    help.push_back({setting.key, setting.range, setting.meaning});
  }
  return help;
}

nlohmann::json ToJson(const HyperParameters& parameters) {
  nlohmann::json json = nlohmann::json::object();
  for (const Setting& setting : AllSettings()) {
    json[setting.key] = setting.get(parameters);
  }
  return json;
}

absl::StatusOr<HyperParameters> HyperParametersFromJson(
    const nlohmann::json& json) {
  if (!json.is_object()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "hyper-parameters must be a JSON object, not ", json.type_name()));
  }
  HyperParameters parameters;
  FieldViolations violations;
  const std::vector<Setting> settings = AllSettings();
  for (const auto& [key, value] : json.items()) {
    Apply(settings, key, AsText(value), parameters, violations);
  }
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

std::string_view ToString(Precision) { return "f32"; }

}  // namespace carousel
