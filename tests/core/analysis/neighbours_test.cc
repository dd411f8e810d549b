#include "core/analysis/neighbours.h"

#include <algorithm>
#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using enum absl::StatusCode;
using Vector = std::vector<float>;

WordVectors SmallVectors() {
  WordVectors vectors(2);
  vectors.Add("east", Vector{1, 0});
  vectors.Add("far east", Vector{10, 0});
  vectors.Add("north", Vector{0, 1});
  vectors.Add("northeast", Vector{2, 2});
  vectors.Add("west", Vector{-1, 0});
  vectors.Add("nowhere", Vector{0, 0});
  return vectors;
}

std::vector<std::string> Words(const Neighbours& neighbours) {
  std::vector<std::string> words;
  for (const auto& neighbour : neighbours.neighbours) {
    words.push_back(neighbour.word);
  }
  return words;
}

TEST(NeighboursTest, TheNearestComeFirstAndLengthDoesNotMatter) {
  ASSERT_OK_AND_ASSIGN(
      const Neighbours found,
      FindNeighbours(SmallVectors(), {.positive = {"east"}}, nullptr));
  // north and nowhere are at 0, in their order.
  EXPECT_THAT(Words(found),
              ElementsAre("far east", "northeast", "north", "nowhere", "west"));
  EXPECT_DOUBLE_EQ(found.neighbours[0].cosine, 1);
  EXPECT_DOUBLE_EQ(found.neighbours[1].cosine, std::sqrt(0.5));
  EXPECT_EQ(found.neighbours[2].cosine, 0);
  EXPECT_EQ(found.neighbours[3].cosine, 0);
  EXPECT_DOUBLE_EQ(found.neighbours[4].cosine, -1);
  EXPECT_EQ(found.words, 5);
  EXPECT_THAT(found.unknown, IsEmpty());
}

TEST(NeighboursTest, WordsAreAddedAndSubtractedAtUnitLength) {
  // (1, 0) + (0, 1), although far east is ten times as long as north.
  ASSERT_OK_AND_ASSIGN(
      const Neighbours sum,
      FindNeighbours(SmallVectors(), {.positive = {"far east", "north"}},
                     nullptr));
  EXPECT_EQ(sum.neighbours[0].word, "northeast");
  EXPECT_DOUBLE_EQ(sum.neighbours[0].cosine, 1);
  EXPECT_EQ(sum.words, 4);
  // (sqrt(1/2), sqrt(1/2)) - (0, 1).
  ASSERT_OK_AND_ASSIGN(
      const Neighbours difference,
      FindNeighbours(SmallVectors(),
                     {.positive = {"northeast"}, .negative = {"north"}},
                     nullptr));
  EXPECT_EQ(difference.neighbours[0].word, "east");
  const double x = std::sqrt(0.5);
  EXPECT_NEAR(difference.neighbours[0].cosine, x / std::hypot(x, x - 1), 1e-12);
  ASSERT_OK_AND_ASSIGN(
      const Neighbours opposite,
      FindNeighbours(SmallVectors(), {.negative = {"east"}, .count = 1},
                     nullptr));
  EXPECT_THAT(Words(opposite), ElementsAre("west"));
}

TEST(NeighboursTest, AWordCountsAsOftenAsItIsGiven) {
  ASSERT_OK_AND_ASSIGN(
      const Neighbours found,
      FindNeighbours(
          SmallVectors(),
          {.positive = {"east", "north", "east", "east"}, .count = 1},
          nullptr));
  EXPECT_THAT(Words(found), ElementsAre("far east"));
  EXPECT_DOUBLE_EQ(found.neighbours[0].cosine, 3 / std::sqrt(10.0));
}

TEST(NeighboursTest, UnknownWordsAreNamedOnceAndCountForNothing) {
  ASSERT_OK_AND_ASSIGN(const Neighbours found,
                       FindNeighbours(SmallVectors(),
                                      {.positive = {"south", "east"},
                                       .negative = {"down", "south"},
                                       .count = 1},
                                      nullptr));
  EXPECT_THAT(found.unknown, ElementsAre("south", "down"));
  EXPECT_THAT(Words(found), ElementsAre("far east"));
}

TEST(NeighboursTest, ShowsTheVocabularysCounts) {
  WordCounts seen;
  seen.Add("north", 7);
  const Vocabulary vocabulary = Vocabulary::Build(seen, 1, 100);
  ASSERT_OK_AND_ASSIGN(
      const Neighbours found,
      FindNeighbours(SmallVectors(), {.positive = {"northeast"}, .count = 3},
                     &vocabulary));
  ASSERT_THAT(Words(found), ElementsAre("east", "far east", "north"));
  EXPECT_EQ(found.neighbours[0].count, 0);
  EXPECT_EQ(found.neighbours[2].count, 7);
}

// All cosines, sorted: what the heap of the nearest must come to.
TEST(NeighboursTest, TheNearestOfManyAreThoseOfAWholeSort) {
  constexpr std::size_t kWords = 2000;
  constexpr std::size_t kDimension = 13;  // no whole number of lanes
  std::mt19937_64 random(5);
  WordVectors vectors(kDimension);
  std::vector<Vector> rows;
  for (std::size_t row = 0; row < kWords; ++row) {
    Vector values(kDimension);
    for (float& value : values) {
      value = static_cast<float>(random() % 2001) / 1000 - 1;
    }
    vectors.Add(absl::StrCat("w", row), values);
    rows.push_back(std::move(values));
  }
  std::vector<std::pair<double, std::string>> sorted;
  for (std::size_t row = 1; row < kWords; ++row) {
    double dot = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < kDimension; ++i) {
      dot += static_cast<double>(rows[0][i]) * rows[row][i];
      aa += static_cast<double>(rows[0][i]) * rows[0][i];
      bb += static_cast<double>(rows[row][i]) * rows[row][i];
    }
    sorted.emplace_back(-dot / std::sqrt(aa * bb), absl::StrCat("w", row));
  }
  std::ranges::sort(sorted);
  ASSERT_OK_AND_ASSIGN(
      const Neighbours found,
      FindNeighbours(vectors, {.positive = {"w0"}, .count = 500}, nullptr));
  ASSERT_THAT(found.neighbours, SizeIs(500));
  for (std::size_t i = 0; i < 500; ++i) {
    EXPECT_EQ(found.neighbours[i].word, sorted[i].second);
    EXPECT_NEAR(found.neighbours[i].cosine, -sorted[i].first, 1e-12);
  }
}

TEST(NeighboursTest, WordsThatAreNotUtf8AreNotCompared) {
  WordVectors vectors = SmallVectors();
  vectors.Add("\xff", Vector{1, 0});
  ASSERT_OK_AND_ASSIGN(
      const Neighbours found,
      FindNeighbours(vectors, {.positive = {"east"}, .count = 1}, nullptr));
  EXPECT_THAT(Words(found), ElementsAre("far east"));
  EXPECT_EQ(found.words, 5);
}

TEST(NeighboursTest, RefusesWhatHasNoAnswer) {
  const struct {
    NeighbourQuery query;
    const char* message;
  } cases[] = {
      {{}, "there are 0 words; it must be 1 to 100"},
      {{.positive = std::vector<std::string>(60, "east"),
        .negative = std::vector<std::string>(41, "north")},
       "there are 101 words"},
      {{.positive = {"east"}, .count = 0}, "count is 0"},
      {{.positive = {"east"}, .count = 1001}, "count is 1001"},
      {{.positive = {"up"}, .negative = {"down"}},
       "no vector for \"up\", \"down\""},
      {{.positive = {"east", "west"}}, "cancel each other out"},
      {{.positive = {"north"}, .negative = {"north"}}, "mean"},
      {{.positive = {"nowhere"}}, "points nowhere"},
  };
  for (const auto& [query, message] : cases) {
    EXPECT_THAT(FindNeighbours(SmallVectors(), query, nullptr),
                StatusIs(kInvalidArgument, HasSubstr(message)));
  }
}

}  // namespace
}  // namespace carousel
