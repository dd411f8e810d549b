#include "core/text/skip_gram_settings.h"

#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"

namespace carousel {
namespace {

using S = SkipGramSettings;

std::vector<Setting<S>> Settings() {
  return {
      IntegerSetting<S>("dimension", &S::dimension, 1, 1024, "numbers a word"),
      IntegerSetting<S>(
          "window", &S::window, 1, 100,
          "the most words on either side that a word is paired with"),
      IntegerSetting<S>("negative", &S::negative, 1, 31,
                        "words drawn for each word that is there"),
      IntegerSetting<S>("min_count", &S::min_count, 1, 1000000,
                        "rarer words are left out"),
      IntegerSetting<S>("vocabulary_size", &S::vocabulary_size, 100, 5000000,
                        "the most words that are kept"),
      RealSetting<S>(
          "sample", &S::sample, 0, 1,
          "the share of the texts above which a word is thinned out; 0: never"),
      PositiveRealSetting<S>("learning_rate", &S::learning_rate, 1,
                             "at the start"),
      RealSetting<S>("min_learning_rate", &S::min_learning_rate, 0, 1,
                     "at the end; it falls in a straight line"),
  };
}

std::vector<Setting<S>> Fields() {
  return {
      IntegerSetting<S>("epochs", &S::epochs, 1, 1000, "passes over the texts"),
      NaturalSetting<S, std::uint64_t>("seed", &S::seed,
                                       "of everything that is drawn at random"),
  };
}

const SettingTable<S>& Table() {
  static const SettingTable<S> table(Settings(), Fields());
  return table;
}

// `violations` are of members by themselves; without any, of two together.
absl::StatusOr<S> CheckTogether(const S& settings, FieldViolations violations) {
  if (violations.empty() &&
      settings.min_learning_rate > settings.learning_rate) {
    violations.Add(
        "min_learning_rate",
        absl::StrCat("min_learning_rate is ", settings.min_learning_rate,
                     "; it must be at most learning_rate, which is ",
                     settings.learning_rate));
  }
  if (!violations.empty()) return violations.ToStatus();
  return settings;
}

}  // namespace

absl::StatusOr<SkipGramSettings> ApplySkipGramSettings(
    SkipGramSettings base, const std::map<std::string, std::string>& settings) {
  FieldViolations violations;
  RETURN_IF_ERROR(Table().Apply(settings, base, violations));
  return CheckTogether(base, violations);
}

absl::Status Validate(const SkipGramSettings& settings) {
  FieldViolations violations;
  Table().Check(settings, violations);
  return CheckTogether(settings, violations).status();
}

std::vector<SettingHelp> DescribeSkipGramSettings() {
  return Table().Describe();
}

nlohmann::json ToJson(const SkipGramSettings& settings) {
  return Table().ToJson(settings);
}

absl::StatusOr<SkipGramSettings> SkipGramSettingsFromJson(
    const nlohmann::json& json) {
  SkipGramSettings settings;
  FieldViolations violations;
  RETURN_IF_ERROR(Table().FromJson(json, settings, violations));
  return CheckTogether(settings, violations);
}

}  // namespace carousel
