// Words of English whose sentiment is plain, and pairs of opposites: what one
// looks for in a picture of word vectors.
#ifndef CAROUSEL_CORE_ANALYSIS_SENTIMENT_WORDS_H_
#define CAROUSEL_CORE_ANALYSIS_SENTIMENT_WORDS_H_

#include <span>
#include <string_view>

namespace carousel {

struct WordPair {
  std::string_view a;
  std::string_view b;
  std::string_view relation;  // "antonym" or "synonym"
};

// All lower case; no word is in both lists, and each word of a pair is in one.
std::span<const std::string_view> PositiveWords();  // about 75
std::span<const std::string_view> NegativeWords();  // about 75
// About 30 antonyms, the positive word first, and 20 synonyms.
std::span<const WordPair> WordPairs();

// 1 positive, -1 negative, 0 neither.
int WordSentiment(std::string_view word);

}  // namespace carousel

#endif  // CAROUSEL_CORE_ANALYSIS_SENTIMENT_WORDS_H_
