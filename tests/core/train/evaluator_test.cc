#include "core/train/evaluator.h"

#include <ATen/ATen.h>

#include <limits>
#include <thread>

#include "core/engine/engine.h"
#include "core/nn/sentiment_lstm.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/train/toy_task.h"
#include "tests/support/host_reads.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::unique_ptr<SentimentLstm> MakeModel() {
  SetTorchThreads(1);
  at::manual_seed(3);
  return std::make_unique<SentimentLstm>(
      ToyConfig(ToyParameters()),
      at::tensor(MakeToyEmbedding()).view({kToyVocabulary, kToyEmbedding}),
      /*forget_bias=*/1, GetKernel(Engine::kReference));
}

TEST(EvaluatorTest, AnswersInTheOrderOfTheTexts) {
  const auto model = MakeModel();
  const LabelledTexts texts = MakeToyTexts(17, 1);
  ASSERT_OK_AND_ASSIGN(const std::vector<double> together,
                       PredictProbabilities(*model, texts.texts, 4));
  ASSERT_EQ(together.size(), texts.texts.size());
  for (std::size_t i = 0; i < texts.texts.size(); ++i) {
    ASSERT_OK_AND_ASSIGN(
        const std::vector<double> alone,
        PredictProbabilities(*model, std::span(&texts.texts[i], 1), 1));
    EXPECT_NEAR(together[i], alone[0], 1e-6) << "text " << i;
  }
}

TEST(EvaluatorTest, NoTextsGiveNoAnswers) {
  const auto model = MakeModel();
  ASSERT_OK_AND_ASSIGN(const std::vector<double> none,
                       PredictProbabilities(*model, {}, 4));
  EXPECT_THAT(none, IsEmpty());
}

TEST(EvaluatorTest, MeasuresAgainstTheLabels) {
  const auto model = MakeModel();
  const LabelledTexts texts = MakeToyTexts(16, 1);
  ASSERT_OK_AND_ASSIGN(const std::vector<double> probabilities,
                       PredictProbabilities(*model, texts.texts, 4));
  // Labels that agree with the model everywhere but at one text.
  std::vector<float> labels;
  for (const double probability : probabilities) {
    labels.push_back(probability >= 0.5 ? 1 : 0);
  }
  labels[5] = 1 - labels[5];
  ASSERT_OK_AND_ASSIGN(const ClassificationReport report,
                       EvaluateModel(*model, texts.texts, labels, 4));
  EXPECT_EQ(report.confusion.count(), 16);
  EXPECT_DOUBLE_EQ(*report.accuracy, 15.0 / 16);
}

TEST(EvaluatorTest, IsThreadSafe) {
  const auto model = MakeModel();
  const LabelledTexts texts = MakeToyTexts(40, 1);
  const auto expected = PredictProbabilities(*model, texts.texts, 8);
  ASSERT_OK(expected);
  std::vector<absl::StatusOr<std::vector<double>>> results(
      4, absl::UnknownError("not run"));
  {
    std::vector<std::jthread> threads;
    for (auto& result : results) {
      threads.emplace_back(
          [&] { result = PredictProbabilities(*model, texts.texts, 8); });
    }
  }
  for (const auto& result : results) EXPECT_EQ(*result, *expected);
}

TEST(EvaluatorTest, ReadsNothingBackBetweenBatches) {
  const auto model = MakeModel();
  const HostReads reads;
  ASSERT_OK(PredictProbabilities(*model, MakeToyTexts(6, 1).texts, 2));
  EXPECT_THAT(reads.found(), testing::IsEmpty());
}

TEST(EvaluatorTest, StopsWhenAsked) {
  const auto model = MakeModel();
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THAT(PredictProbabilities(*model, MakeToyTexts(4, 1).texts, 4,
                                   stop.get_token()),
              StatusIs(absl::StatusCode::kCancelled));
}

TEST(EvaluatorTest, AnAnswerThatIsNotFiniteIsAnError) {
  const auto model = MakeModel();
  model->parameters().back().tensor.detach().fill_(
      std::numeric_limits<float>::quiet_NaN());
  EXPECT_THAT(PredictProbabilities(*model, MakeToyTexts(4, 1).texts, 4),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("must be finite")));
}

TEST(EvaluatorTest, ATokenOutsideTheVocabularyIsAnErrorNotACrash) {
  const auto model = MakeModel();
  LabelledTexts texts = MakeToyTexts(4, 1);
  texts.texts[2].tokens[0] = kToyVocabulary;
  EXPECT_THAT(PredictProbabilities(*model, texts.texts, 4),
              StatusIs(absl::StatusCode::kInternal));
}

}  // namespace
}  // namespace carousel
