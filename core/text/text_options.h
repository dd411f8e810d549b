// How a text becomes tokens. Stored with every model, so that serving reads a
// text exactly as training did.
#ifndef CAROUSEL_CORE_TEXT_TEXT_OPTIONS_H_
#define CAROUSEL_CORE_TEXT_TEXT_OPTIONS_H_

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>

#include "absl/status/statusor.h"

namespace carousel {

// The names are also the keys of `train --set` and of config.json.
struct TextOptions {
  // Removes tags (a <br /> ends a word) and decodes character references.
  bool strip_html = true;
  // Unicode NFKC, and typographic quotes, dashes and spaces to ASCII.
  bool normalize_unicode = true;
  // Every character to Unicode's simple lower case.
  bool lowercase = true;
  // Keeps each punctuation mark or symbol as a token of its own; false drops
  // all that is neither letter nor digit, but for an apostrophe inside a word.
  bool keep_punctuation = true;
  // Splits contractions as GloVe's training text does: "didn't" is "did" and
  // "n't", "it's" is "it" and "'s". The pieces survive whether or not
  // punctuation is kept: a dropped "n't" would turn a review over. false
  // leaves "didn't" one token.
  bool split_contractions = true;

  bool operator==(const TextOptions&) const = default;
};

// One option by its name.
struct TextOptionField {
  std::string_view name;
  bool TextOptions::*member;
};
inline constexpr auto kTextOptionFields = std::to_array<TextOptionField>({
    {"strip_html", &TextOptions::strip_html},
    {"normalize_unicode", &TextOptions::normalize_unicode},
    {"lowercase", &TextOptions::lowercase},
    {"keep_punctuation", &TextOptions::keep_punctuation},
    {"split_contractions", &TextOptions::split_contractions},
});

nlohmann::json ToJson(const TextOptions& options);
// INVALID_ARGUMENT, with all that is wrong, for a missing key, an unknown one
// or a value of another type.
absl::StatusOr<TextOptions> TextOptionsFromJson(const nlohmann::json& json);

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_TEXT_OPTIONS_H_
