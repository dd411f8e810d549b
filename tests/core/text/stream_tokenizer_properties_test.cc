// Wherever a text is cut, its tokens are the same.
#include <algorithm>
#include <cstdlib>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/random.h"
#include "core/base/utf8.h"
#include "core/text/html.h"
#include "core/text/stream_tokenizer.h"
#include "core/text/tokenizer.h"
#include "gtest/gtest.h"
#include "tests/core/text/awkward_text.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

struct Streamed {
  std::vector<std::string> tokens;  // those before the error when there is one
  absl::Status status;
};

// `text` cut at `cuts`, which rise.
Streamed Stream(const Tokenizer& tokenizer, std::string_view text,
                const std::vector<std::size_t>& cuts) {
  StreamTokenizer stream(tokenizer);
  Streamed streamed;
  const auto visit = [&](std::string_view token) {
    streamed.tokens.emplace_back(token);
  };
  absl::Status& status = streamed.status;
  std::size_t begin = 0;
  for (const std::size_t cut : cuts) {
    if (!status.ok()) break;
    status = stream.Append(text.substr(begin, cut - begin), visit);
    begin = cut;
  }
  if (status.ok()) status = stream.Append(text.substr(begin), visit);
  if (status.ok()) status = stream.Finish(visit);
  return streamed;
}

// Its tokens or the error's message.
std::vector<std::string> TokensOf(const Tokenizer& tokenizer,
                                  std::string_view text,
                                  const std::vector<std::size_t>& cuts) {
  const Streamed streamed = Stream(tokenizer, text, cuts);
  if (!streamed.status.ok()) return {streamed.status.ToString()};
  return streamed.tokens;
}

std::vector<std::string> WholeTokens(const Tokenizer& tokenizer,
                                     std::string_view text) {
  const auto tokens = tokenizer.Tokenize(text);
  if (!tokens.ok()) return {tokens.status().ToString()};
  return *tokens;
}

std::vector<std::size_t> RandomCuts(std::mt19937_64& generator,
                                    std::size_t size, std::size_t mean) {
  std::vector<std::size_t> cuts;
  for (std::size_t at = 0;;) {
    at += UniformBelow(generator, 2 * mean + 1);
    if (at > size) return cuts;
    cuts.push_back(at);
  }
}

std::vector<std::size_t> EveryByte(std::size_t size) {
  std::vector<std::size_t> cuts;
  for (std::size_t i = 1; i < size; ++i) cuts.push_back(i);
  return cuts;
}

TEST(StreamTokenizerPropertiesTest, OneCutAnywhereChangesNothing) {
  std::mt19937_64 generator(1);
  for (const TextOptions& options : AllOptions()) {
    const Tokenizer tokenizer(options);
    for (int i = 0; i < 300; ++i) {
      const std::string text = RandomText(generator);
      const auto whole = WholeTokens(tokenizer, text);
      for (std::size_t cut = 0; cut <= text.size(); ++cut) {
        ASSERT_EQ(TokensOf(tokenizer, text, {cut}), whole)
            << text << " at " << cut;
      }
      ASSERT_EQ(TokensOf(tokenizer, text, EveryByte(text.size())), whole)
          << text;
    }
  }
}

TEST(StreamTokenizerPropertiesTest, ManyCutsChangeNothing) {
  std::mt19937_64 generator(2);
  for (const TextOptions& options : AllOptions()) {
    const Tokenizer tokenizer(options);
    for (int i = 0; i < 1'000; ++i) {
      std::string text;
      for (auto left = UniformBelow(generator, 12); left > 0; --left) {
        text += RandomText(generator);
      }
      const auto whole = WholeTokens(tokenizer, text);
      const auto cuts =
          RandomCuts(generator, text.size(), 1 + UniformBelow(generator, 20));
      ASSERT_EQ(TokensOf(tokenizer, text, cuts), whole) << text;
    }
  }
}

// Texts that one byte makes invalid, often at a cut.
TEST(StreamTokenizerPropertiesTest, ErrorsAreThoseOfTheWhole) {
  std::mt19937_64 generator(3);
  const Tokenizer tokenizer(TextOptions{});
  for (int i = 0; i < 20'000; ++i) {
    std::string text = RandomText(generator);
    text[UniformBelow(generator, text.size())] =
        static_cast<char>(0x80 | UniformBelow(generator, 0x80));
    const auto cuts = RandomCuts(generator, text.size(), 3);
    ASSERT_EQ(TokensOf(tokenizer, text, cuts), WholeTokens(tokenizer, text));
  }
}

TEST(StreamTokenizerPropertiesTest, SentencesAreTheSameInPieces) {
  std::mt19937_64 generator(5);
  for (const TextOptions& options : AllOptions()) {
    const Tokenizer tokenizer(options);
    for (int i = 0; i < 300; ++i) {
      std::string text;
      for (auto left = 1 + UniformBelow(generator, 4); left > 0; --left) {
        text += RandomSentence(generator);
      }
      const auto whole = tokenizer.Tokenize(text);
      ASSERT_OK(whole);
      for (const std::size_t mean : {1, 3, 12, 60}) {
        const auto cuts = RandomCuts(generator, text.size(), mean);
        ASSERT_EQ(TokensOf(tokenizer, text, cuts), *whole) << text;
      }
      ASSERT_EQ(TokensOf(tokenizer, text, EveryByte(text.size())), *whole)
          << text;
    }
  }
}

// In whichever way and wherever a text is broken, a comment and a tag among the
// places: the error is that of the whole, and what came out before it are the
// first tokens of what was right.
TEST(StreamTokenizerPropertiesTest, BrokenUtf8IsFoundInPieces) {
  std::mt19937_64 generator(6);
  for (const TextOptions& options : AllOptions()) {
    const Tokenizer tokenizer(options);
    for (const std::string_view broken : kBrokenUtf8) {
      for (int i = 0; i < 40; ++i) {
        std::string text = RandomSentence(generator) + RandomText(generator);
        text.insert(UniformBelow(generator, text.size() + 1), broken);
        const auto invalid = FindInvalidUtf8(text);
        ASSERT_TRUE(invalid.has_value()) << text;
        const auto before = tokenizer.Tokenize(text.substr(0, *invalid));
        ASSERT_OK(before);
        const auto cuts =
            RandomCuts(generator, text.size(), 1 + UniformBelow(generator, 9));
        const Streamed streamed = Stream(tokenizer, text, cuts);
        ASSERT_EQ(streamed.status, tokenizer.Tokenize(text).status()) << text;
        ASSERT_LE(streamed.tokens.size(), before->size()) << text;
        ASSERT_TRUE(std::equal(streamed.tokens.begin(), streamed.tokens.end(),
                               before->begin()))
            << text;
      }
    }
  }
}

TEST(StreamTokenizerPropertiesTest, TheLimitsHoldAcrossCuts) {
  std::mt19937_64 generator(4);
  const Tokenizer tokenizer(TextOptions{});
  const std::string inside(kMaxTagBytes - 3, 'b');
  const std::vector<std::string> texts = {
      absl::StrCat("x<a", inside, ">y z"),
      absl::StrCat("x<ab", inside, ">y z"),
      absl::StrCat("x<a c='", inside, "> y '> z"),
      absl::StrCat("x<a c='>", inside, inside, " y '> z"),
      absl::StrCat("x ", std::string(3 * Tokenizer::kMaxTokenBytes, 'w'), " y"),
      absl::StrCat("x ", std::string(2 * Tokenizer::kMaxTokenBytes - 1, 'w'),
                   "'s y"),
  };
  for (const std::string& text : texts) {
    const auto whole = WholeTokens(tokenizer, text);
    for (int i = 0; i < 200; ++i) {
      const auto cuts = RandomCuts(generator, text.size(), 700);
      ASSERT_EQ(TokensOf(tokenizer, text, cuts), whole);
    }
    ASSERT_EQ(TokensOf(tokenizer, text, EveryByte(text.size())), whole);
  }
}

}  // namespace
}  // namespace carousel
