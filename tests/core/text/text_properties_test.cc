// What holds for every text: all of Unicode, and random texts of awkward parts.
#include <random>
#include <string>

#include "absl/strings/str_join.h"
#include "core/base/utf8.h"
#include "core/text/normalizer.h"
#include "core/text/tokenizer.h"
#include "core/text/vocabulary.h"
#include "gtest/gtest.h"
#include "tests/core/text/awkward_text.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

TEST(TextPropertiesTest, NormalizingEveryCharacterTwiceChangesNothing) {
  for (const TextOptions& options : AllOptions()) {
    // The other options change nothing here, but the time.
    if (options.strip_html || options.keep_punctuation ||
        options.split_contractions) {
      continue;
    }
    for (char32_t block = 0; block <= 0x10FF; ++block) {
      std::string text;
      for (char32_t c = block << 8; c < (block + 1) << 8; ++c) {
        if (c >= 0xD800 && c <= 0xDFFF) continue;
        text += "x";
        AppendUtf8(c, text);
        text += "\u0301 ";
      }
      ASSERT_OK_AND_ASSIGN(const auto once, NormalizeText(text, options));
      ASSERT_OK_AND_ASSIGN(const auto twice, NormalizeText(once, options));
      ASSERT_EQ(once, twice) << "from U+" << std::hex << (block << 8);
    }
  }
}

TEST(TextPropertiesTest, NormalizingTwiceChangesNothing) {
  std::mt19937_64 generator(1);
  for (int i = 0; i < 20'000; ++i) {
    const std::string text = RandomText(generator);
    for (const bool lowercase : {false, true}) {
      const TextOptions options{.strip_html = false, .lowercase = lowercase};
      ASSERT_OK_AND_ASSIGN(const auto once, NormalizeText(text, options));
      ASSERT_EQ(FindInvalidUtf8(once), std::nullopt) << text;
      ASSERT_OK_AND_ASSIGN(const auto twice, NormalizeText(once, options));
      ASSERT_EQ(once, twice) << text;
    }
  }
}

TEST(TextPropertiesTest, TokenizingJoinedTokensGivesTheSameTokens) {
  std::mt19937_64 generator(2);
  for (const TextOptions& options : AllOptions()) {
    const Tokenizer tokenizer(options);
    for (int i = 0; i < 2'000; ++i) {
      const std::string text = RandomText(generator);
      ASSERT_OK_AND_ASSIGN(const auto tokens, tokenizer.Tokenize(text));
      ASSERT_OK_AND_ASSIGN(const auto again,
                           tokenizer.Tokenize(absl::StrJoin(tokens, " ")));
      ASSERT_EQ(again, tokens) << text;
    }
  }
}

TEST(TextPropertiesTest, AVocabularyFileHoldsAnyToken) {
  std::mt19937_64 generator(3);
  for (const TextOptions& options : AllOptions()) {
    const Tokenizer tokenizer(options);
    WordCounts counts;
    for (int i = 0; i < 500; ++i) {
      ASSERT_OK_AND_ASSIGN(const auto tokens,
                           tokenizer.Tokenize(RandomText(generator)));
      for (const std::string& token : tokens) {
        ASSERT_FALSE(token.empty());
        ASSERT_LE(token.size(), Tokenizer::kMaxTokenBytes);
        counts.Add(token);
      }
    }
    const auto written = Vocabulary::Build(counts, 1, 1'000'000);
    ASSERT_OK_AND_ASSIGN(const auto read,
                         Vocabulary::Parse(written.Serialize()));
    EXPECT_EQ(read.Serialize(), written.Serialize());
    EXPECT_EQ(read.size(), counts.counts().size() + 2);
  }
}

}  // namespace
}  // namespace carousel
