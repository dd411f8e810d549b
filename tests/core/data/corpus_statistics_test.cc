#include "core/data/corpus_statistics.h"

#include <cstdint>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::Optional;

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

Dataset MakeDataset(const std::vector<Example>& examples) {
  Dataset dataset;
  dataset.examples = examples;
  return dataset;
}

TEST(ComputeCorpusStatisticsTest, DescribesASmallCorpus) {
  Dataset dataset = MakeDataset({
      {.text = "Good good film!", .label = 1, .split = Split::kTrain},
      {.text = "<b>Bad</b>", .label = 0, .split = Split::kTrain},
      {.text = "good", .label = 1, .split = Split::kTest},
      {.text = "bad film", .label = 0, .split = Split::kValidation},
  });
  dataset.findings.duplicate_rows = 3;
  ASSERT_OK_AND_ASSIGN(const CorpusStatistics statistics,
                       ComputeCorpusStatistics(
                           dataset, TextOptions(), [](std::string_view word) {
                             return word == "good" || word == "!";
                           }));
  EXPECT_EQ(statistics.rows, 4);
  EXPECT_THAT(statistics.labels, ElementsAre(2, 2));
  EXPECT_THAT(statistics.splits, ElementsAre(2, 1, 1));
  EXPECT_EQ(statistics.duplicates, 3);
  // good good film ! | bad | good | bad film
  EXPECT_EQ(statistics.vocabulary, 4);
  EXPECT_THAT(statistics.tokens.median, DoubleEq(1.5));
  EXPECT_THAT(statistics.tokens.mean, DoubleEq(2));
  EXPECT_THAT(statistics.tokens.p95, DoubleEq(4));
  EXPECT_EQ(statistics.tokens.max, 4);
  EXPECT_THAT(statistics.token_coverage, Optional(DoubleEq(4.0 / 8)));
  EXPECT_THAT(statistics.word_coverage, Optional(DoubleEq(2.0 / 4)));
  EXPECT_EQ(statistics.padding.length, 4);
  EXPECT_THAT(statistics.padding.padded_share, DoubleEq(0.5));
}

TEST(ComputeCorpusStatisticsTest, P95IsTheNearestRank) {
  std::vector<Example> examples;
  std::string text;
  for (int words = 1; words <= 40; ++words) {
    text += "word ";
    examples.push_back({.text = text});
  }
  ASSERT_OK_AND_ASSIGN(
      const CorpusStatistics statistics,
      ComputeCorpusStatistics(MakeDataset(examples), TextOptions(), nullptr));
  EXPECT_THAT(statistics.tokens.p95, DoubleEq(38));
  EXPECT_THAT(statistics.tokens.median, DoubleEq(20.5));
}

TEST(ComputeCorpusStatisticsTest, WithoutVectorsThereIsNoCoverage) {
  ASSERT_OK_AND_ASSIGN(const CorpusStatistics statistics,
                       ComputeCorpusStatistics(MakeDataset({{.text = "good"}}),
                                               TextOptions(), nullptr));
  EXPECT_THAT(statistics.token_coverage, Eq(std::nullopt));
  EXPECT_THAT(statistics.word_coverage, Eq(std::nullopt));
}

TEST(ComputeCorpusStatisticsTest, FollowsTheTokenizersOptions) {
  ASSERT_OK_AND_ASSIGN(
      const CorpusStatistics statistics,
      ComputeCorpusStatistics(MakeDataset({{.text = "Good good !!"}}),
                              {.lowercase = false, .keep_punctuation = false},
                              nullptr));
  EXPECT_EQ(statistics.vocabulary, 2);
  EXPECT_EQ(statistics.tokens.max, 2);
}

TEST(ComputeCorpusStatisticsTest, StopsWhenItIsAsked) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THAT(ComputeCorpusStatistics(MakeDataset({{.text = "good"}}),
                                      TextOptions(), nullptr, stop.get_token())
                  .status(),
              StatusIs(absl::StatusCode::kCancelled));
}

}  // namespace
}  // namespace carousel
