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

// A sentence as reviews have them: words, contractions, markup, other scripts
// and emoji, with the white space that people leave between them, or none.
inline std::string RandomSentence(std::mt19937_64& generator) {
  static constexpr std::string_view kWords[] = {
      // words, contractions, numbers
      "film", "Don't", "she’s", "CAN'T", "o'brien", "rock'n'roll", "well-known",
      "U.S.", "3.5", "8/10", "1,000", "wait...", "--", "(sic)", "\"quoted\"",
      // markup, whole, nested, open and unlike any
      "<br />", "<BR>", "<a href=\"x > y\" title='don't'>link</a>",
      "<i>it's</i>", "<!-- a <b>comment</b> -- here -->", "<!---->", "<!-->",
      "<!DOCTYPE html>", "<?php ?>", "</p", "< 3", "<3", "a<b>c", "<b<i>",
      "<script>x<y</script>",
      // character references, whole, cut and out of range
      "&amp;", "&amp", "&lt;b&gt;", "&eacute;t&#233;", "&#x1F600;", "&#0;",
      "&#xD800;", "&#1114112;", "&#99999999999;", "&nosuch;", "&#;", "AT&T",
      "caf&eacute", "can&#39;t",
      // Unicode: composed, decomposed, right to left, without spaces, wide
      "naïve", "cafe\u0301", "ÅNGSTRÖM", "İstanbul", "straße", "ﬁne", "½",
      "שלום", "مرحبا", "映画は良い", "한국어", "हिन्दी", "Ｆｕｌｌ",
      "e\u0301\u0323\u0307", "\u202Eevil\u202C", "zero\u200Bwidth",
      // emoji: alone, with a skin, joined, flags, keycaps
      "😀", "👍🏽", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪",
      "1️⃣", "❤️", "good😀film"};
  static constexpr std::string_view kGaps[] = {
      " ", " ", " ", " ", "", "\n", "\t ", "\u00A0", "\u2003", ", ", ". ", "!"};
  std::string text;
  for (auto left = 1 + UniformBelow(generator, 16); left > 0; --left) {
    text += kWords[UniformBelow(generator, std::size(kWords))];
    text += kGaps[UniformBelow(generator, std::size(kGaps))];
  }
  return text;
}

// What is not UTF-8, in each of the ways there are.
inline constexpr std::string_view kBrokenUtf8[] = {
    "\x80",                      // the middle of a character alone
    "\xC3",                      // a beginning alone
    "\xE2\x82",                  // two thirds of one
    "\xF0\x9F\x98",              // three quarters
    "\xC0\x80",                  // longer than need be
    "\xE0\x80\x80",              //
    "\xF0\x80\x80\x80",          //
    "\xED\xA0\x80",              // a surrogate
    "\xED\xA0\xBD\xED\xB8\x80",  // two, as UTF-16 writes an emoji
    "\xF4\x90\x80\x80",          // beyond Unicode
    "\xF8\x88\x80\x80\x80",
    "\xFE",
    "\xFF",
};

}  // namespace carousel

#endif  // CAROUSEL_TESTS_CORE_TEXT_AWKWARD_TEXT_H_
