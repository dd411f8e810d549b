#include "core/text/skip_gram_settings.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <span>
#include <string_view>
#include <variant>

#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/strings.h"

namespace carousel {
namespace {

using S = SkipGramSettings;

struct Setting {
  std::string_view key;
  std::variant<std::int64_t S::*, std::uint64_t S::*, double S::*> member;
  double min;  // in the range, unless `above_min`
  double max;
  bool above_min;
  std::string_view meaning;

  std::string Range() const;
  bool Contains(double value) const {
    return (above_min ? min < value : min <= value) && value <= max;
  }
};

constexpr double kLargestSeed = 18446744073709551615.0;

constexpr Setting kRunSettings[] = {
    {"epochs", &S::epochs, 1, 1000, false, "passes over the texts"},
    {"seed", &S::seed, 0, kLargestSeed, false,
     "of everything that is drawn at random"},
};

constexpr Setting kSettings[] = {
    {"dimension", &S::dimension, 1, 1024, false, "numbers a word"},
    {"window", &S::window, 1, 100, false,
     "the most words on either side that a word is paired with"},
    {"negative", &S::negative, 1, 31, false,
     "words drawn for each word that is there"},
    {"min_count", &S::min_count, 1, 1000000, false, "rarer words are left out"},
    {"vocabulary_size", &S::vocabulary_size, 100, 5000000, false,
     "the most words that are kept"},
    {"sample", &S::sample, 0, 1, false,
     "the share of the texts above which a word is thinned out; 0: never"},
    {"learning_rate", &S::learning_rate, 0, 1, true, "at the start"},
    {"min_learning_rate", &S::min_learning_rate, 0, 1, false,
     "at the end; it falls in a straight line"},
};

bool IsReal(const Setting& setting) {
  return std::holds_alternative<double S::*>(setting.member);
}

std::string Setting::Range() const {
  if (max == kLargestSeed) {
    return absl::StrCat("a whole number in [0, ",
                        std::numeric_limits<std::uint64_t>::max(), "]");
  }
  const std::string range = absl::StrCat(above_min ? "(" : "[", min, ", ",
                                         static_cast<std::int64_t>(max), "]");
  return IsReal(*this) ? absl::StrCat("in ", range)
                       : absl::StrCat("a whole number in ", range);
}

// False, and nothing changes, when `text` is no value of this setting or out of
// its range.
bool Read(const Setting& setting, std::string_view text, S& target) {
  return std::visit(
      [&](auto member) {
        auto number = target.*member;
        const char* const end = text.data() + text.size();
        const auto [rest, error] = std::from_chars(text.data(), end, number);
        if (error != std::errc() || rest != end) return false;
        // NaN is in no range.
        if (!setting.Contains(static_cast<double>(number))) return false;
        target.*member = number;
        return true;
      },
      setting.member);
}

nlohmann::json Get(const Setting& setting, const S& source) {
  return std::visit(
      [&](auto member) -> nlohmann::json { return source.*member; },
      setting.member);
}

std::string WrongValue(const Setting& setting, std::string_view value) {
  double number = 0;
  const char* const end = value.data() + value.size();
  const auto [rest, error] = std::from_chars(value.data(), end, number);
  const bool is_number =
      rest == end && error == std::errc() && value.size() < 40;
  return absl::StrCat(ToAbslView(setting.key), " is ",
                      is_number ? std::string(value) : Quote(value),
                      "; it must be ", setting.Range());
}

// More than there are keys: whoever sends more is not told of each of them.
constexpr std::size_t kMaxSettings = 256;

void Apply(std::span<const Setting> settings, std::string_view key,
           std::string_view value, S& target, FieldViolations& violations) {
  const auto found = std::ranges::find(settings, key, &Setting::key);
  if (found == settings.end()) {
    violations.Add(
        key, std::ranges::find(kRunSettings, key, &Setting::key) !=
                     std::end(kRunSettings)
                 ? absl::StrCat(ToAbslView(key),
                                " has a field of its own; it is no setting")
                 : absl::StrCat("there is no setting ", Quote(key)));
  } else if (!Read(*found, value, target)) {
    violations.Add(key, WrongValue(*found, value));
  }
}

std::vector<Setting> AllSettings() {
  std::vector<Setting> all(std::begin(kRunSettings), std::end(kRunSettings));
  all.insert(all.end(), std::begin(kSettings), std::end(kSettings));
  return all;
}

void CheckTogether(const S& settings, FieldViolations& violations) {
  if (settings.min_learning_rate <= settings.learning_rate) return;
  violations.Add(
      "min_learning_rate",
      absl::StrCat("min_learning_rate is ", settings.min_learning_rate,
                   "; it must be at most learning_rate, which is ",
                   settings.learning_rate));
}

}  // namespace

absl::StatusOr<SkipGramSettings> ApplySkipGramSettings(
    SkipGramSettings base, const std::map<std::string, std::string>& settings) {
  FieldViolations violations;
  if (settings.size() > kMaxSettings) {
    violations.Add("settings", absl::StrCat("settings has ", settings.size(),
                                            " entries; it must have at most ",
                                            kMaxSettings));
    return violations.ToStatus();
  }
  for (const auto& [key, value] : settings) {
    Apply(kSettings, key, value, base, violations);
  }
  if (violations.empty()) CheckTogether(base, violations);
  if (!violations.empty()) return violations.ToStatus();
  return base;
}

absl::Status Validate(const SkipGramSettings& settings) {
  FieldViolations violations;
  for (const Setting& setting : AllSettings()) {
    S scratch;
    const std::string value = Get(setting, settings).dump();
    if (!Read(setting, value, scratch)) {
      violations.Add(setting.key, WrongValue(setting, value));
    }
  }
  if (violations.empty()) CheckTogether(settings, violations);
  return violations.ToStatus();
}

std::vector<SkipGramSettingHelp> DescribeSkipGramSettings() {
  std::vector<SkipGramSettingHelp> help;
  for (const Setting& setting : kSettings) {
    help.push_back({std::string(setting.key), setting.Range(),
                    std::string(setting.meaning)});
  }
  return help;
}

nlohmann::json ToJson(const SkipGramSettings& settings) {
  nlohmann::json json = nlohmann::json::object();
  for (const Setting& setting : AllSettings()) {
    json[setting.key] = Get(setting, settings);
  }
  return json;
}

absl::StatusOr<SkipGramSettings> SkipGramSettingsFromJson(
    const nlohmann::json& json) {
  if (!json.is_object()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "hyper-parameters must be a JSON object, not ", json.type_name()));
  }
  SkipGramSettings settings;
  FieldViolations violations;
  const std::vector<Setting> all = AllSettings();
  for (const auto& [key, value] : json.items()) {
    Apply(all, key, value.is_string() ? value.get<std::string>() : value.dump(),
          settings, violations);
  }
  if (violations.empty()) CheckTogether(settings, violations);
  if (!violations.empty()) return violations.ToStatus();
  return settings;
}

}  // namespace carousel
