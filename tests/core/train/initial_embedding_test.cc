#include "core/train/initial_embedding.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;

// <pad>, <unk>, and the words, most frequent first.
Vocabulary MakeVocabulary(const std::vector<std::string>& words) {
  WordCounts counts;
  auto count = static_cast<std::int64_t>(words.size());
  for (const std::string& word : words) counts.Add(word, count--);
  return Vocabulary::Build(counts, 1, 1000);
}

std::vector<float> Row(const std::vector<float>& embedding, std::size_t row,
                       std::size_t dimension) {
  const auto begin = embedding.begin() + row * dimension;
  return std::vector<float>(begin, begin + dimension);
}

TEST(InitialEmbeddingTest, TakesTheVectorOfAWordThatHasOne) {
  WordVectors vectors(2);
  vectors.Add("good", std::vector<float>{1, 2});
  vectors.Add("elsewhere", std::vector<float>{9, 9});
  const auto embedding =
      InitialEmbedding(MakeVocabulary({"film", "good"}), vectors, 1);
  ASSERT_EQ(embedding.size(), 4 * 2);
  EXPECT_THAT(Row(embedding, kPaddingId, 2), ElementsAre(0, 0));
  EXPECT_THAT(Row(embedding, 3, 2), ElementsAre(1, 2));
}

TEST(InitialEmbeddingTest, AVectorOfThatNameIsNotTheUnknownWord) {
  WordVectors vectors(1);
  vectors.Add("<unk>", std::vector<float>{100});
  vectors.Add("a", std::vector<float>{1});
  vectors.Add("b", std::vector<float>{-1});
  const auto embedding = InitialEmbedding(MakeVocabulary({"a"}), vectors, 1);
  EXPECT_NE(embedding[kUnknownId], 100);
}

TEST(InitialEmbeddingTest, DrawsTheOthersWithTheSpreadOfTheVectors) {
  constexpr std::size_t kDimension = 50;
  WordVectors vectors(kDimension);
  std::vector<float> values(kDimension, 0.3F);
  vectors.Add("up", values);
  std::fill(values.begin(), values.end(), -0.3F);
  vectors.Add("down", values);
  std::vector<std::string> unseen;
  for (int i = 0; i < 200; ++i) unseen.push_back(absl::StrCat("w", i));
  const auto embedding =
      InitialEmbedding(MakeVocabulary(unseen), vectors, /*seed=*/1);
  double sum = 0;
  double squares = 0;
  for (std::size_t i = kDimension; i < embedding.size(); ++i) {
    sum += embedding[i];
    squares += embedding[i] * embedding[i];
  }
  const auto count = static_cast<double>(embedding.size() - kDimension);
  EXPECT_NEAR(sum / count, 0, 0.02);
  EXPECT_NEAR(std::sqrt(squares / count), 0.3, 0.02);
}

TEST(InitialEmbeddingTest, WithoutAnyVectorWordsStillDiffer) {
  const auto embedding =
      InitialEmbedding(MakeVocabulary({"a"}), WordVectors(2), 1);
  EXPECT_NE(Row(embedding, 1, 2), Row(embedding, 2, 2));
}

TEST(InitialEmbeddingTest, IsAFunctionOfTheSeed) {
  const Vocabulary vocabulary = MakeVocabulary({"a", "b"});
  const WordVectors vectors(3);
  EXPECT_EQ(InitialEmbedding(vocabulary, vectors, 1),
            InitialEmbedding(vocabulary, vectors, 1));
  EXPECT_NE(InitialEmbedding(vocabulary, vectors, 1),
            InitialEmbedding(vocabulary, vectors, 2));
}

}  // namespace
}  // namespace carousel
