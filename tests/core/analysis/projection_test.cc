#include "core/analysis/projection.h"

#include <cmath>
#include <numeric>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::Pointwise;
using ::testing::SizeIs;
using enum absl::StatusCode;

double Distance(const std::vector<double>& a, const std::vector<double>& b) {
  double square = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    square += (a[i] - b[i]) * (a[i] - b[i]);
  }
  return std::sqrt(square);
}

WordVectors SmallVectors() {
  WordVectors vectors(3);
  vectors.Add("good", std::vector<float>{1, 0, 0});
  vectors.Add("bad", std::vector<float>{-1, 0, 0});
  vectors.Add("great", std::vector<float>{1, 1, 0});
  vectors.Add("film", std::vector<float>{0, 0, 0.5});
  return vectors;
}

TEST(ProjectWordsTest, KeepsTheOrderListsTheUnknownAndIgnoresRepeats) {
  const std::vector<std::string> words = {"film", "xyzzy", "good", "film",
                                          "bad",  "Good",  "xyzzy"};
  ASSERT_OK_AND_ASSIGN(const Projection projection,
                       ProjectWords(SmallVectors(), words, 2, {}));
  EXPECT_THAT(projection.points,
              ElementsAre(AllOf(Field(&ProjectionPoint::word, "film"),
                                Field(&ProjectionPoint::sentiment, 0)),
                          AllOf(Field(&ProjectionPoint::word, "good"),
                                Field(&ProjectionPoint::sentiment, 1)),
                          AllOf(Field(&ProjectionPoint::word, "bad"),
                                Field(&ProjectionPoint::sentiment, -1))));
  EXPECT_THAT(projection.unknown, ElementsAre("xyzzy", "Good"));
  EXPECT_THAT(projection.explained_variance, SizeIs(2));
  // good and bad differ most, so they are the ends of the first dimension.
  EXPECT_THAT(projection.points[1].position, SizeIs(2));
  EXPECT_NEAR(projection.points[1].position[0], 1, 1e-9);
  EXPECT_NEAR(projection.points[2].position[0], -1, 1e-9);
}

TEST(ProjectWordsTest, GivesCosinesOfThePairsThatAreShown) {
  const std::vector<std::string> words = {"bad", "great", "good", "film"};
  ASSERT_OK_AND_ASSIGN(const Projection projection,
                       ProjectWords(SmallVectors(), words, 2, {}));
  ASSERT_THAT(projection.pairs, SizeIs(2));
  EXPECT_EQ(projection.pairs[0].a, "good");
  EXPECT_EQ(projection.pairs[0].b, "bad");
  EXPECT_EQ(projection.pairs[0].relation, "antonym");
  EXPECT_DOUBLE_EQ(projection.pairs[0].cosine, -1);
  EXPECT_EQ(projection.pairs[1].b, "great");
  EXPECT_EQ(projection.pairs[1].relation, "synonym");
  EXPECT_DOUBLE_EQ(projection.pairs[1].cosine, std::sqrt(0.5));
}

TEST(ProjectWordsTest, ShowsTheVocabularysCounts) {
  WordCounts seen;
  seen.Add("good", 7);
  const Vocabulary vocabulary = Vocabulary::Build(seen, 1, 100);
  const std::vector<std::string> words = {"good", "bad", "film"};
  ASSERT_OK_AND_ASSIGN(
      const Projection projection,
      ProjectWords(SmallVectors(), words, 1, {.counts = &vocabulary}));
  EXPECT_THAT(projection.points,
              ElementsAre(Field(&ProjectionPoint::count, 7),
                          Field(&ProjectionPoint::count, 0),
                          Field(&ProjectionPoint::count, 0)));
}

// "good" and "bad" were one until training took them apart, "great" was twice
// as long, and "film" had no vector.
WordVectors FormerVectors() {
  WordVectors vectors(3);
  vectors.Add("good", std::vector<float>{0, 0.5, 0});
  vectors.Add("bad", std::vector<float>{0, 0.5, 0});
  vectors.Add("great", std::vector<float>{2, 2, 0});
  return vectors;
}

TEST(ProjectWordsTest, WhereWordsStoodBeforeIsOnTheSameAxes) {
  const std::vector<std::string> words = {"good", "bad", "great", "film"};
  const WordVectors now = SmallVectors();
  ASSERT_OK_AND_ASSIGN(const Projection alone, ProjectWords(now, words, 3, {}));
  // The vectors themselves, as what was before, stand where they stand.
  ASSERT_OK_AND_ASSIGN(const Projection unmoved,
                       ProjectWords(now, words, 3, {.initial = &now}));
  ASSERT_THAT(unmoved.points, SizeIs(4));
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(unmoved.points[i].position, alone.points[i].position);
    EXPECT_THAT(unmoved.points[i].initial_position,
                Pointwise(DoubleNear(1e-9), unmoved.points[i].position));
  }
  EXPECT_THAT(unmoved.initial_explained_variance,
              Pointwise(DoubleNear(1e-9), unmoved.explained_variance));

  const WordVectors former = FormerVectors();
  ASSERT_OK_AND_ASSIGN(const Projection moved,
                       ProjectWords(now, words, 3, {.initial = &former}));
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(moved.points[i].position, alone.points[i].position);
  }
  EXPECT_EQ(moved.points[0].initial_position, moved.points[1].initial_position);
  EXPECT_THAT(moved.points[3].initial_position, SizeIs(0));
  // Three axes turn the space and keep its distances.
  EXPECT_NEAR(Distance(moved.points[0].initial_position,
                       moved.points[2].initial_position),
              2.5, 1e-9);
  EXPECT_NEAR(
      Distance(moved.points[0].initial_position, moved.points[0].position),
      std::sqrt(1.25), 1e-9);
  const auto& shares = moved.initial_explained_variance;
  EXPECT_NEAR(std::accumulate(shares.begin(), shares.end(), 0.0), 1, 1e-9);
}

TEST(ProjectWordsTest, PairsHaveTheirFormerCosinesWhereTheyAreKnown) {
  WordVectors former(3);
  former.Add("good", std::vector<float>{0, 1, 0});
  former.Add("bad", std::vector<float>{0, 2, 0});
  const std::vector<std::string> words = {"bad", "great", "good", "film"};
  ASSERT_OK_AND_ASSIGN(
      const Projection projection,
      ProjectWords(SmallVectors(), words, 2, {.initial = &former}));
  ASSERT_THAT(projection.pairs, SizeIs(2));
  EXPECT_EQ(projection.pairs[0].initial_cosine, 1);
  EXPECT_EQ(projection.pairs[0].cosine, -1);
  EXPECT_EQ(projection.pairs[1].initial_cosine, std::nullopt);  // good, great
}

TEST(ProjectWordsTest, RefusesFormerVectorsOfAnotherDimension) {
  const WordVectors former(2);
  const std::vector<std::string> words = {"bad", "great", "good"};
  EXPECT_THAT(ProjectWords(SmallVectors(), words, 2, {.initial = &former}),
              StatusIs(kFailedPrecondition,
                       HasSubstr("2 numbers a word; those after it have 3")));
}

TEST(ProjectWordsTest, RefusesTooFewKnownWords) {
  const std::vector<std::string> words = {"good", "bad", "xyzzy", "good"};
  EXPECT_THAT(ProjectWords(SmallVectors(), words, 2, {}),
              StatusIs(kInvalidArgument, AllOf(HasSubstr("2 of the 3 words"),
                                               HasSubstr("at least 3"))));
}

TEST(ProjectWordsTest, TakesUpToFiveThousandDistinctWords) {
  WordVectors vectors(2);
  std::vector<std::string> words;
  for (int i = 0; i < 5001; ++i) {
    words.push_back(absl::StrCat("w", i));
    vectors.Add(words.back(),
                std::vector<float>{static_cast<float>(i), i % 7 * 1.0f});
  }
  EXPECT_THAT(
      ProjectWords(vectors, words, 1, {}),
      StatusIs(kInvalidArgument, AllOf(HasSubstr("5001"), HasSubstr("5000"))));
  words.back() = words.front();
  EXPECT_THAT(ProjectWords(vectors, words, 1, {}),
              IsOkAndHolds(Field(&Projection::points, SizeIs(5000))));
}

TEST(CosineTest, MeasuresTheAngleAndKnowsNoneForZero) {
  using Vector = std::vector<float>;
  EXPECT_DOUBLE_EQ(Cosine(Vector{3, 4}, Vector{4, 3}), 24.0 / 25);
  EXPECT_DOUBLE_EQ(Cosine(Vector{1, 0}, Vector{0, 2}), 0);
  EXPECT_DOUBLE_EQ(Cosine(Vector{0, 0}, Vector{1, 2}), 0);
  EXPECT_LE(Cosine(Vector{0.1f, 0.3f}, Vector{0.2f, 0.6f}), 1);
}

}  // namespace
}  // namespace carousel
