#include "core/data/corpus_statistics.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::IsEmpty;

TEST(PaddedShareTest, CountsTheEmptyPositions) {
  // Of 4 x 4 positions 1 + 2 + 4 + 4 are filled.
  EXPECT_THAT(PaddedShare({1, 2, 4, 9}, 4), DoubleEq(5.0 / 16));
  EXPECT_THAT(PaddedShare({1, 2, 4, 9}, 1), DoubleEq(0));
  EXPECT_THAT(PaddedShare({1, 2, 4, 9}, 9), DoubleEq(20.0 / 36));
  EXPECT_EQ(PaddedShare({}, 10), 0);
}

TEST(ChoosePaddingLengthTest, IsTheLargestLengthWithinTheShare) {
  const std::vector<std::vector<std::int64_t>> cases = {
      {1, 2, 4, 9}, {1, 1, 1, 100}, {5}, {3, 3, 3}, {1, 1000}};
  for (const std::vector<std::int64_t>& lengths : cases) {
    for (const double max_share : {0.0, 0.1, 0.25, 0.5}) {
      const PaddingChoice choice = ChoosePaddingLength(lengths, max_share);
      std::int64_t best = 0;
      for (std::int64_t length = 1; length <= lengths.back(); ++length) {
        if (PaddedShare(lengths, length) <= max_share) best = length;
      }
      EXPECT_EQ(choice.length, best);
      EXPECT_EQ(choice.padded_share, PaddedShare(lengths, best));
    }
  }
  EXPECT_EQ(ChoosePaddingLength({}).length, 0);
}

TEST(ChoosePaddingLengthTest, ManyEmptyTextsStillGetAPosition) {
  EXPECT_EQ(ChoosePaddingLength({0, 0, 0, 5}).length, 1);
}

CorpusStatistics Survey(const std::vector<DatasetRow>& rows,
                        const TextOptions& options = {},
                        const CoverageRequest& coverage = {}) {
  CorpusSurvey survey(options);
  for (const DatasetRow& row : rows) EXPECT_OK(survey.Add(row));
  return std::move(survey).Finish(coverage);
}

auto IsWord(std::string_view word, std::int64_t count) {
  return AllOf(Field(&WordFrequency::word, word),
               Field(&WordFrequency::count, count));
}

const std::vector<DatasetRow>& FourReviews() {
  static const auto& rows = *new std::vector<DatasetRow>{
      {.text = "Good good film!", .label = 1, .split = Split::kTrain},
      {.text = "<b>Bad</b>", .label = 0, .split = Split::kTrain},
      {.text = "good", .label = 1, .split = Split::kTest},
      {.text = "bad film", .label = 0, .split = Split::kValidation}};
  return rows;
}

TEST(CorpusSurveyTest, DescribesASmallCorpus) {
  const CorpusStatistics statistics = Survey(FourReviews());
  EXPECT_EQ(statistics.rows, 4);
  EXPECT_THAT(statistics.labels, ElementsAre(2, 2));
  EXPECT_THAT(statistics.splits, ElementsAre(2, 1, 1));
  // good good film ! | bad | good | bad film
  EXPECT_EQ(statistics.vocabulary, 4);
  EXPECT_THAT(statistics.tokens.median, DoubleEq(1.5));
  EXPECT_THAT(statistics.tokens.mean, DoubleEq(2));
  EXPECT_THAT(statistics.tokens.p95, DoubleEq(4));
  EXPECT_EQ(statistics.tokens.max, 4);
  EXPECT_EQ(statistics.padding.length, 4);
  EXPECT_THAT(statistics.padding.padded_share, DoubleEq(0.5));
  EXPECT_THAT(statistics.frequent_words,
              ElementsAre(IsWord("good", 3), IsWord("bad", 2),
                          IsWord("film", 2), IsWord("!", 1)));
  ASSERT_EQ(statistics.lengths.size(), 5);
  EXPECT_THAT(statistics.lengths[1].texts, ElementsAre(1, 1));
  EXPECT_THAT(statistics.lengths[2].texts, ElementsAre(1, 0));
  EXPECT_THAT(statistics.lengths[4].texts, ElementsAre(0, 1));
}

TEST(CorpusSurveyTest, MeasuresWhatVectorsHold) {
  CoverageRequest request = {
      .has_word =
          [](std::string_view word) { return word == "good" || word == "!"; },
      .unknown_words = 10};
  std::vector<DatasetRow> rows = FourReviews();
  rows.push_back({.text = "film and film", .label = 1});
  const CorpusStatistics statistics = Survey(rows, {}, request);
  ASSERT_TRUE(statistics.coverage.has_value());
  EXPECT_THAT(statistics.coverage->tokens, DoubleEq(4.0 / 11));
  EXPECT_THAT(statistics.coverage->words, DoubleEq(2.0 / 5));
  EXPECT_THAT(
      statistics.coverage->unknown_words,
      ElementsAre(IsWord("film", 4), IsWord("bad", 2), IsWord("and", 1)));
  request.unknown_words = 1;
  EXPECT_THAT(Survey(rows, {}, request).coverage->unknown_words,
              ElementsAre(IsWord("film", 4)));
  request.unknown_words = 0;
  EXPECT_THAT(Survey(rows, {}, request).coverage->unknown_words, IsEmpty());
}

TEST(CorpusSurveyTest, P95IsTheNearestRank) {
  std::vector<DatasetRow> rows;
  std::string text;
  for (int words = 1; words <= 40; ++words) {
    text += "word ";
    rows.push_back({.text = text});
  }
  const CorpusStatistics statistics = Survey(rows);
  EXPECT_THAT(statistics.tokens.p95, DoubleEq(38));
  EXPECT_THAT(statistics.tokens.median, DoubleEq(20.5));
}

TEST(CorpusSurveyTest, WithoutVectorsThereIsNoCoverage) {
  EXPECT_FALSE(Survey({{.text = "good"}}).coverage.has_value());
}

TEST(CorpusSurveyTest, FollowsTheTokenizersOptions) {
  const CorpusStatistics statistics =
      Survey({{.text = "Good good !!"}},
             {.lowercase = false, .keep_punctuation = false});
  EXPECT_EQ(statistics.vocabulary, 2);
  EXPECT_EQ(statistics.tokens.max, 2);
}

TEST(CorpusSurveyTest, TextsWithoutLabelsCountUnderNone) {
  const CorpusStatistics statistics =
      Survey({{.text = "one"}, {.text = "one two"}});
  EXPECT_EQ(statistics.rows, 2);
  EXPECT_THAT(statistics.labels, ElementsAre(0, 0));
  EXPECT_THAT(statistics.splits, ElementsAre(0, 0, 0));
  EXPECT_THAT(statistics.tokens.mean, DoubleEq(1.5));
  EXPECT_THAT(statistics.lengths[2].texts, ElementsAre(1, 0));
}

}  // namespace
}  // namespace carousel
