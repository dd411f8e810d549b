#include "core/train/encoded_corpus.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Dataset MakeDataset(const std::vector<std::pair<Split, std::string>>& texts) {
  Dataset dataset;
  for (const auto& [split, text] : texts) {
    dataset.examples.push_back({.text = text, .label = 1, .split = split});
  }
  return dataset;
}

absl::StatusOr<EncodedCorpus> Encode(const Dataset& dataset,
                                     const HyperParameters& parameters = {}) {
  return EncodeCorpus(dataset, parameters, std::stop_token());
}

TEST(EncodedCorpusTest, KnowsTheWordsOfTheTrainingTextsAlone) {
  const Dataset dataset = MakeDataset({{Split::kTrain, "a good film"},
                                       {Split::kValidation, "a strange film"},
                                       {Split::kTest, "a secret film"}});
  ASSERT_OK_AND_ASSIGN(const EncodedCorpus corpus, Encode(dataset));
  EXPECT_NE(corpus.vocabulary.Find("good"), kUnknownId);
  EXPECT_EQ(corpus.vocabulary.Find("strange"), kUnknownId);
  EXPECT_EQ(corpus.vocabulary.Find("secret"), kUnknownId);
  ASSERT_EQ(corpus.validation.texts.size(), 1);
  EXPECT_THAT(corpus.validation.texts[0].tokens,
              ElementsAre(corpus.vocabulary.Find("a"), kUnknownId,
                          corpus.vocabulary.Find("film")));
  EXPECT_EQ(corpus.train_tokens, 3);
}

TEST(EncodedCorpusTest, KeepsTheOrderOfTheTokensWhereWordsRepeat) {
  const Dataset dataset =
      MakeDataset({{Split::kTrain, "so bad it is good so so"},
                   {Split::kValidation, "good so bad"}});
  ASSERT_OK_AND_ASSIGN(const EncodedCorpus corpus, Encode(dataset));
  const auto id = [&](const char* word) {
    return corpus.vocabulary.Find(word);
  };
  EXPECT_THAT(corpus.train.texts[0].tokens,
              ElementsAre(id("so"), id("bad"), id("it"), id("is"), id("good"),
                          id("so"), id("so")));
}

TEST(EncodedCorpusTest, CutsTextsAndDropsRareWordsAsTold) {
  const Dataset dataset =
      MakeDataset({{Split::kTrain, "w w w x x y"}, {Split::kValidation, "w"}});
  HyperParameters parameters;
  parameters.min_count = 2;
  parameters.max_tokens = 4;
  parameters.truncate = Truncation::kTail;
  ASSERT_OK_AND_ASSIGN(const EncodedCorpus corpus, Encode(dataset, parameters));
  const TokenId w = corpus.vocabulary.Find("w");
  const TokenId x = corpus.vocabulary.Find("x");
  EXPECT_THAT(corpus.train.texts[0].tokens, ElementsAre(w, x, x, kUnknownId));
  EXPECT_EQ(corpus.train_tokens, 6);
}

TEST(EncodedCorpusTest, LeavesOutTextsWithoutATokenAndCountsThem) {
  const Dataset dataset = MakeDataset({{Split::kTrain, "!!!"},
                                       {Split::kTrain, "fine"},
                                       {Split::kValidation, "..."},
                                       {Split::kValidation, "fine"}});
  HyperParameters parameters;
  parameters.text.keep_punctuation = false;
  ASSERT_OK_AND_ASSIGN(const EncodedCorpus corpus, Encode(dataset, parameters));
  EXPECT_EQ(corpus.train.texts.size(), 1);
  EXPECT_EQ(corpus.train.labels.size(), 1);
  EXPECT_EQ(corpus.validation.texts.size(), 1);
  EXPECT_EQ(corpus.skipped_texts, 2);
}

TEST(EncodedCorpusTest, MaxExamplesKeepsASeededPartOfTheTrainingTexts) {
  std::vector<std::pair<Split, std::string>> texts;
  for (int i = 0; i < 50; ++i) {
    texts.emplace_back(Split::kTrain, absl::StrCat("word", i));
    texts.emplace_back(Split::kValidation, "fine");
  }
  const Dataset dataset = MakeDataset(texts);
  const auto vocabulary = [&](std::uint64_t seed, std::int64_t max_examples) {
    HyperParameters parameters;
    parameters.seed = seed;
    parameters.max_examples = max_examples;
    const auto corpus = Encode(dataset, parameters);
    EXPECT_OK(corpus);
    EXPECT_EQ(corpus->validation.texts.size(), 50);
    return corpus->vocabulary.Serialize();
  };
  EXPECT_EQ(vocabulary(1, 10), vocabulary(1, 10));
  EXPECT_NE(vocabulary(1, 10), vocabulary(2, 10));
  EXPECT_EQ(vocabulary(1, 50), vocabulary(1, 0));
  EXPECT_EQ(vocabulary(1, 60), vocabulary(1, 0));
}

TEST(EncodedCorpusTest, RefusesAMinCountThatLeavesTheUnknownWordAlone) {
  const Dataset dataset =
      MakeDataset({{Split::kTrain, "w w w x x y"}, {Split::kValidation, "w"}});
  HyperParameters parameters;
  parameters.min_count = 3;
  EXPECT_OK(Encode(dataset, parameters));
  parameters.min_count = 4;
  EXPECT_THAT(Encode(dataset, parameters),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("min_count is 4; it must be at most 3")));
}

TEST(EncodedCorpusTest, StopsWhenAsked) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THAT(EncodeCorpus(MakeDataset({{Split::kTrain, "a"}}),
                           HyperParameters(), stop.get_token()),
              StatusIs(absl::StatusCode::kCancelled));
}

}  // namespace
}  // namespace carousel
