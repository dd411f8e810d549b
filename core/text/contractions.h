// English contractions as GloVe's training text splits them.
#ifndef CAROUSEL_CORE_TEXT_CONTRACTIONS_H_
#define CAROUSEL_CORE_TEXT_CONTRACTIONS_H_

#include <string_view>

namespace carousel {

// What an apostrophe takes off the word before it, whatever is there: s, m, d,
// re, ve, ll.
bool IsContractedWord(std::string_view word);

// Whether `stem`, what n't leaves, would be split again: "he'd", "xn't", "x'".
// Such a word is left whole, "he'dn't", so that every token is a token of its
// own.
bool WouldBeSplit(std::string_view stem);

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_CONTRACTIONS_H_
