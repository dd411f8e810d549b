// Everything that training word vectors can be told, with its range.
#ifndef CAROUSEL_CORE_TEXT_SKIP_GRAM_SETTINGS_H_
#define CAROUSEL_CORE_TEXT_SKIP_GRAM_SETTINGS_H_

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/setting_table.h"

namespace carousel {

// The member names are the keys of --set, but for epochs and seed, which have
// fields of their own in a request. The defaults are those of word2vec's and
// gensim's skip-gram, with word2vec.c's five negatives and window of five.
struct SkipGramSettings {
  std::int64_t epochs = 5;  // [1, 1000]
  std::uint64_t seed = 1;

  std::int64_t dimension = 100;  // numbers a word
  std::int64_t window = 5;       // words on either side, at most
  std::int64_t negative = 5;     // words drawn that are not there
  std::int64_t min_count = 5;    // rarer words are left out of the texts
  std::int64_t vocabulary_size = 1'000'000;  // the most words that are kept
  double sample = 1e-3;  // a word's share above which it is thinned; 0: never
  double learning_rate = 0.025;
  double min_learning_rate = 1e-4;  // at the end; it falls in a line

  bool operator==(const SkipGramSettings&) const = default;
};

// Applies `settings` (key to value, as text) over `base`. INVALID_ARGUMENT with
// one FieldViolation for each unknown key, unreadable value and value out of
// range, all at once, in the words "window is 0; it must be a whole number in
// [1, 100]"; or one for more settings than there can be.
absl::StatusOr<SkipGramSettings> ApplySkipGramSettings(
    SkipGramSettings base, const std::map<std::string, std::string>& settings);

// Checks every range, also of epochs, and that min_learning_rate is no more
// than learning_rate.
absl::Status Validate(const SkipGramSettings& settings);

// One line of help for each key of --set.
std::vector<SettingHelp> DescribeSkipGramSettings();

// As in a job's record; reads back to the same. A key that is missing keeps its
// default; INVALID_ARGUMENT as ApplySkipGramSettings.
nlohmann::json ToJson(const SkipGramSettings& settings);
absl::StatusOr<SkipGramSettings> SkipGramSettingsFromJson(
    const nlohmann::json& json);

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_SKIP_GRAM_SETTINGS_H_
