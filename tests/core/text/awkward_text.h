// Texts that try every rule of the text modules, one beside another.
#ifndef CAROUSEL_TESTS_CORE_TEXT_AWKWARD_TEXT_H_
#define CAROUSEL_TESTS_CORE_TEXT_AWKWARD_TEXT_H_

#include <iterator>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/random.h"
#include "core/text/text_options.h"

namespace carousel {

// Every combination of the options.
inline std::vector<TextOptions> AllOptions() {
  std::vector<TextOptions> all;
  for (unsigned bits = 0; bits < 1u << kTextOptionFields.size(); ++bits) {
    TextOptions options;
    for (std::size_t i = 0; i < kTextOptionFields.size(); ++i) {
      options.*kTextOptionFields[i].member = (bits >> i & 1) != 0;
    }
    all.push_back(options);
  }
  return all;
}

// What the rules of cleaning and splitting turn on.
inline constexpr std::string_view kAwkwardParts[] = {
    "a",      "N",      "n't",    "'",      "'s",     "'ve",    "t",
    "can't",  "I",      ".",      "..",     "-",      "--",     ",",
    "3",      "10/10",  "u.s.",   ":",      "/",      "!",      " ",
    "\t",     "\n",     "<",      ">",      "<br />", "<!--",   "-->",
    "&",      "&amp;",  "&#39;",  ";",      "\"",     "=",      "é",
    "É",      "\u0301", "\u0323", "\u0345", "\u0344", "İ",      "ß",
    "ﬁ",      "½",      "…",      "—",      "’",      "\u0092", "\u0085",
    "\u00A0", "\u200B", "\u200D", "\u00AD", "\uFEFF", "¨",      "´",
    "`",      "漢",     "ｶﾞ",     "\u1112", "\u1161", "हि",     "😀",
    "\uFE0F", "\uFDFA", "\u2126", "Ǆ",      "\u0CC6", "\u0CC2", "\u0CD5",
};

// Up to 24 of them.
inline std::string RandomText(std::mt19937_64& generator) {
  std::string text;
  for (auto left = 1 + UniformBelow(generator, 24); left > 0; --left) {
    text += kAwkwardParts[UniformBelow(generator, std::size(kAwkwardParts))];
  }
  return text;
}

}  // namespace carousel

#endif  // CAROUSEL_TESTS_CORE_TEXT_AWKWARD_TEXT_H_
