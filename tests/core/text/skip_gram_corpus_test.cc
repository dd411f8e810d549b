#include "core/text/skip_gram_corpus.h"

#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

absl::StatusOr<SkipGramCorpus> Build(const std::vector<std::string>& texts,
                                     std::int64_t min_count,
                                     std::int64_t vocabulary_size = 1000) {
  SkipGramCorpusBuilder builder{TextOptions()};
  for (const std::string& text : texts) EXPECT_OK(builder.Add(text));
  return builder.Finish(min_count, vocabulary_size);
}

std::vector<std::string> Words(const SkipGramCorpus& corpus, std::size_t text) {
  std::vector<std::string> words;
  for (const WordIndex word : corpus.text(text)) {
    words.push_back(corpus.word(word));
  }
  return words;
}

TEST(SkipGramCorpusTest, KeepsFrequentWordsInOrderOfFrequency) {
  const auto corpus = Build({"b a c a", "A b rare a"}, 2);
  ASSERT_OK(corpus);
  EXPECT_EQ(corpus->words(), 2u);
  EXPECT_EQ(corpus->word(0), "a");
  EXPECT_EQ(corpus->word(1), "b");
  EXPECT_THAT(corpus->counts(), ElementsAre(4, 2));
  EXPECT_THAT(Words(*corpus, 0), ElementsAre("b", "a", "a"));
  EXPECT_THAT(Words(*corpus, 1), ElementsAre("a", "b", "a"));
  EXPECT_EQ(corpus->tokens(), 6);
  EXPECT_EQ(corpus->all_tokens(), 8);
}

TEST(SkipGramCorpusTest, OrdersWordsOfEqualCountByTheirBytes) {
  const auto corpus = Build({"d c b a"}, 1);
  ASSERT_OK(corpus);
  EXPECT_EQ(corpus->word(0), "a");
  EXPECT_EQ(corpus->word(3), "d");
}

TEST(SkipGramCorpusTest, KeepsNoMoreWordsThanAsked) {
  const auto corpus = Build({"a a a b b c"}, 1, 2);
  ASSERT_OK(corpus);
  EXPECT_EQ(corpus->words(), 2u);
  EXPECT_THAT(Words(*corpus, 0), ElementsAre("a", "a", "a", "b", "b"));
}

TEST(SkipGramCorpusTest, HoldsTextsThatHaveNothingLeft) {
  const auto corpus = Build({"", "lonely", "a b a b"}, 2);
  ASSERT_OK(corpus);
  EXPECT_EQ(corpus->texts(), 3u);
  EXPECT_THAT(Words(*corpus, 0), IsEmpty());
  EXPECT_THAT(Words(*corpus, 1), IsEmpty());
}

TEST(SkipGramCorpusTest, RefusesTextsWithoutTwoWords) {
  EXPECT_THAT(std::string(Build({}, 1).status().message()),
              HasSubstr("fewer than two different words"));
  EXPECT_THAT(std::string(Build({"word word"}, 1).status().message()),
              HasSubstr("fewer than two different words"));
}

TEST(SkipGramCorpusTest, NamesTheMinCountThatWouldLeaveTwoWords) {
  const absl::Status status = Build({"a a a b b c"}, 5).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(status.message()),
              HasSubstr("min_count is 5; it must be at most 2"));
}

TEST(SkipGramCorpusTest, RefusesTextsOfSingleWords) {
  EXPECT_THAT(std::string(Build({"a", "b", "a", "b"}, 2).status().message()),
              HasSubstr("no pairs of words"));
}

TEST(SkipGramCorpusTest, RefusesWhatIsNotUtf8) {
  SkipGramCorpusBuilder builder{TextOptions()};
  EXPECT_EQ(builder.Add("a\xff").code(), absl::StatusCode::kInvalidArgument);
}

TEST(SkipGramCorpusTest, HasADigestOfWordsAndTexts) {
  const std::string digest = Build({"a b a b"}, 1)->Sha256();
  EXPECT_EQ(Build({"a b a b"}, 1)->Sha256(), digest);
  EXPECT_NE(Build({"a b b a"}, 1)->Sha256(), digest);
  EXPECT_NE(Build({"a b", "a b"}, 1)->Sha256(), digest);
  EXPECT_NE(Build({"a c a c"}, 1)->Sha256(), digest);
}

}  // namespace
}  // namespace carousel
