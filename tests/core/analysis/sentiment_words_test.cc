#include "core/analysis/sentiment_words.h"

#include <algorithm>
#include <cctype>
#include <set>
#include <string_view>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carousel {
namespace {

TEST(SentimentWordsTest, ListsAreOfLikeLengthAndHoldEachWordOnce) {
  std::set<std::string_view> all;
  for (const auto words : {PositiveWords(), NegativeWords()}) {
    EXPECT_GE(words.size(), 70u);
    EXPECT_LE(words.size(), 80u);
    for (const std::string_view word : words) {
      EXPECT_TRUE(all.insert(word).second) << word << " occurs twice";
      EXPECT_TRUE(std::all_of(word.begin(), word.end(), [](unsigned char c) {
        return std::islower(c);
      })) << word;
    }
  }
}

TEST(SentimentWordsTest, KnowsTheSentimentOfEveryWordOfTheLists) {
  for (const std::string_view word : PositiveWords()) {
    EXPECT_EQ(WordSentiment(word), 1) << word;
  }
  for (const std::string_view word : NegativeWords()) {
    EXPECT_EQ(WordSentiment(word), -1) << word;
  }
  for (const std::string_view word : {"", "film", "goo", "goodness", "Good"}) {
    EXPECT_EQ(WordSentiment(word), 0) << word;
  }
}

TEST(SentimentWordsTest, PairsOpposeOrAgree) {
  int antonyms = 0;
  int synonyms = 0;
  std::set<std::set<std::string_view>> seen;
  for (const auto& [a, b, relation] : WordPairs()) {
    EXPECT_TRUE(seen.insert({a, b}).second) << a << " " << b;
    if (relation == "antonym") {
      ++antonyms;
      EXPECT_EQ(WordSentiment(a), 1) << a;
      EXPECT_EQ(WordSentiment(b), -1) << b;
    } else {
      EXPECT_EQ(relation, "synonym");
      ++synonyms;
      EXPECT_NE(WordSentiment(a), 0) << a;
      EXPECT_EQ(WordSentiment(a), WordSentiment(b)) << a << " " << b;
    }
  }
  EXPECT_EQ(antonyms, 30);
  EXPECT_EQ(synonyms, 20);
}

}  // namespace
}  // namespace carousel
