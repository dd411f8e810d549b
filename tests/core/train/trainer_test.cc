#include "core/train/trainer.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/nn/sentiment_lstm.h"
#include "core/train/epoch_plan.h"
#include "core/train/evaluator.h"
#include "core/train/learner.h"
#include "core/train/random_streams.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/train/trainer_fixture.h"
#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

struct Architecture {
  std::string name;
  std::int64_t layers;
  bool bidirectional;
  Pooling pooling;
};

class LearningTest : public TrainerTest,
                     public ::testing::WithParamInterface<Architecture> {};

TEST_P(LearningTest, KnowsSixteenTextsByHeart) {
  train_ = MakeToyTexts(16, 3);
  validation_ = train_;
  HyperParameters parameters = ToyParameters();
  parameters.epochs = 30;
  parameters.layers = GetParam().layers;
  parameters.bidirectional = GetParam().bidirectional;
  parameters.pooling = GetParam().pooling;
  const auto result = Train(parameters);
  ASSERT_OK(result);
  EXPECT_EQ(result->best_validation_accuracy, 1);
  EXPECT_EQ(result->epochs.size(), 30);
  EXPECT_LT(result->epochs.back().train_loss, 0.1);
  EXPECT_GT(result->epochs.front().train_loss, 0.5);
}

INSTANTIATE_TEST_SUITE_P(
    Architectures, LearningTest,
    ::testing::Values(Architecture{"Textbook", 1, false, Pooling::kLast},
                      Architecture{"BothDirections", 1, true, Pooling::kLast},
                      Architecture{"Concat", 1, false, Pooling::kConcat},
                      Architecture{"TwoLayers", 2, false, Pooling::kLast},
                      Architecture{"AllOfThem", 2, true, Pooling::kConcat}),
    [](const auto& info) { return info.param.name; });

TEST_F(TrainerTest, TheSameSeedGivesTheSameRun) {
  const auto first = Train(WithAllDropouts());
  const auto second = Train(WithAllDropouts());
  ASSERT_OK(first);
  ASSERT_OK(second);
  EXPECT_EQ(Weights(first), Weights(second));
  EXPECT_EQ(first->epochs, second->epochs);
}

TEST_F(TrainerTest, TheSameSeedGivesTheSameRunOnTwoThreads) {
  threads_ = 2;
  train_ = MakeToyTexts(64, 1);
  for (const Engine engine :
       {Engine::kReference, Engine::kLibtorch, Engine::kFused}) {
    engine_ = engine;
    const auto first = Train(WithWideLayer());
    const auto second = Train(WithWideLayer());
    ASSERT_OK(first);
    ASSERT_OK(second);
    EXPECT_EQ(Weights(first), Weights(second)) << ToString(engine);
    EXPECT_EQ(first->epochs, second->epochs) << ToString(engine);
  }
}

TEST_F(TrainerTest, AnotherSeedGivesAnotherRun) {
  HyperParameters parameters = ToyParameters();
  const auto first = Train(parameters);
  parameters.seed = 2;
  const auto second = Train(parameters);
  ASSERT_OK(first);
  ASSERT_OK(second);
  EXPECT_NE(Weights(first), Weights(second));
}

TEST_F(TrainerTest, PaddingChangesNothing) {
  // One batch an epoch, so that both ways train on the same batches.
  HyperParameters parameters = ToyParameters();
  parameters.batch_size = static_cast<std::int64_t>(train_.texts.size());
  parameters.padding = PaddingKind::kFixed;
  const auto fixed = Train(parameters);
  parameters.padding = PaddingKind::kDynamic;
  const auto dynamic = Train(parameters);
  ASSERT_OK(fixed);
  ASSERT_OK(dynamic);
  ASSERT_EQ(fixed->epochs.size(), 3);
  for (std::size_t i = 0; i < fixed->epochs.size(); ++i) {
    EXPECT_NEAR(fixed->epochs[i].train_loss, dynamic->epochs[i].train_loss,
                1e-5);
    EXPECT_NEAR(fixed->epochs[i].validation_loss,
                dynamic->epochs[i].validation_loss, 1e-5);
    EXPECT_EQ(fixed->epochs[i].tokens, dynamic->epochs[i].tokens);
  }
}

TEST_F(TrainerTest, TheEnginesTrainAlike) {
  const auto reference = Train(ToyParameters());
  ASSERT_OK(reference);
  ASSERT_EQ(reference->epochs.size(), 3);
  for (const Engine engine : {Engine::kLibtorch, Engine::kFused}) {
    engine_ = engine;
    const auto other = Train(ToyParameters());
    ASSERT_OK(other);
    for (std::size_t i = 0; i < reference->epochs.size(); ++i) {
      EXPECT_NEAR(reference->epochs[i].train_loss, other->epochs[i].train_loss,
                  1e-4)
          << ToString(engine);
    }
  }
}

TEST_F(TrainerTest, MixedBf16TrainsNearlyAsF32) {
  engine_ = Engine::kFused;
  HyperParameters parameters = ToyParameters();
  const auto f32 = Train(parameters);
  parameters.precision = Precision::kBf16;
  const auto bf16 = Train(parameters);
  ASSERT_OK(f32);
  ASSERT_OK(bf16);
  EXPECT_NE(Weights(f32), Weights(bf16));
  for (std::size_t i = 0; i < f32->epochs.size(); ++i) {
    EXPECT_NEAR(f32->epochs[i].train_loss, bf16->epochs[i].train_loss, 5e-3);
  }
}

TEST_F(TrainerTest, OtherEnginesHaveNoBf16) {
  HyperParameters parameters = ToyParameters();
  parameters.precision = Precision::kBf16;
  engine_ = Engine::kReference;
  EXPECT_THAT(Train(parameters),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("precision is bf16; with engine=reference")));
}

TEST_F(TrainerTest, EpochsTellWhatTheOptimizerDid) {
  HyperParameters parameters = ToyParameters();
  parameters.schedule = ScheduleKind::kLinear;
  const auto result = Train(parameters);
  ASSERT_OK(result);
  std::int64_t tokens = 0;
  for (const EncodedText& text : train_.texts) tokens += text.token_count;
  for (std::size_t i = 0; i < result->epochs.size(); ++i) {
    const EpochMetrics& epoch = result->epochs[i];
    EXPECT_EQ(epoch.epoch, i + 1);
    EXPECT_EQ(epoch.tokens, tokens);
    EXPECT_GT(epoch.gradient_norm, 0);
    // 15 steps; the last of this epoch.
    EXPECT_NEAR(epoch.learning_rate,
                parameters.learning_rate * (1 - (5 * (i + 1) - 1) / 15.0),
                1e-12);
  }
}

// All parameters in one row.
at::Tensor Flat(const SentimentLstm& model) {
  std::vector<at::Tensor> parts;
  for (const NamedParameter& parameter : model.parameters()) {
    parts.push_back(parameter.tensor.detach().flatten());
  }
  return at::cat(parts).to(at::kDouble);
}

TEST_F(TrainerTest, ClippingBoundsTheStepNotTheNormThatIsTold) {
  // The first step of plain descent is rate * gradient, with a rate of 1 the
  // gradient itself.
  HyperParameters parameters = ToyParameters();
  parameters.optimizer = OptimizerKind::kSgd;
  parameters.learning_rate = 1;
  parameters.epochs = 1;
  parameters.batch_size = static_cast<std::int64_t>(train_.texts.size());
  at::manual_seed(StreamSeed(parameters.seed, RandomStream::kWeights));
  const at::Tensor start = Flat(
      *Learner(parameters, ToyConfig(parameters), embedding_, engine_, "cpu")
           .model());
  const auto free = Train(parameters);
  ASSERT_OK(free);
  const double norm = free->epochs[0].gradient_norm;
  parameters.gradient_clip = norm / 2;
  const auto clipped = Train(parameters);
  ASSERT_OK(clipped);
  EXPECT_EQ(clipped->epochs[0].gradient_norm, norm);
  const at::Tensor free_step = Flat(*free->model) - start;
  const at::Tensor clipped_step = Flat(*clipped->model) - start;
  EXPECT_NEAR(free_step.norm().item<double>(), norm, 1e-4 * norm);
  EXPECT_NEAR(clipped_step.norm().item<double>(), parameters.gradient_clip,
              1e-4 * norm);
  // Shorter, and in the same direction.
  EXPECT_LE(ParityError(2 * clipped_step, free_step), 1e-6);
}

TEST_F(TrainerTest, AFrozenEmbeddingStays) {
  HyperParameters parameters = ToyParameters();
  parameters.trainable_embedding = false;
  const auto result = Train(parameters);
  ASSERT_OK(result);
  const float* const rows = result->model->embedding().const_data_ptr<float>();
  const std::vector<float> after(rows, rows + embedding_.size());
  std::vector<float> expected = embedding_;
  std::fill_n(expected.begin(), kToyEmbedding, 0.0F);  // the padding row
  EXPECT_EQ(after, expected);
}

TEST_F(TrainerTest, KeepsTheBestEpochNotTheLast) {
  // Validation asks for the opposite: the more is learned, the worse it gets.
  for (float& label : validation_.labels) label = 1 - label;
  HyperParameters parameters = ToyParameters();
  parameters.epochs = 12;
  const auto result = Train(parameters);
  ASSERT_OK(result);
  const EpochMetrics& best = result->epochs[result->best_epoch - 1];
  for (const EpochMetrics& epoch : result->epochs) {
    EXPECT_LE(epoch.validation_accuracy, best.validation_accuracy);
    if (epoch.validation_accuracy == best.validation_accuracy) {
      EXPECT_GE(epoch.validation_loss, best.validation_loss);
    }
  }
  ASSERT_LT(result->best_epoch, parameters.epochs);
  ASSERT_OK_AND_ASSIGN(
      const ClassificationReport report,
      EvaluateModel(*result->model, validation_.texts, validation_.labels, 4));
  EXPECT_DOUBLE_EQ(*report.loss, best.validation_loss);
  EXPECT_DOUBLE_EQ(*result->validation.loss, best.validation_loss);
  EXPECT_EQ(result->best_validation_accuracy, best.validation_accuracy);
}

TEST_F(TrainerTest, StopsEarlyWhenNoEpochIsBetter) {
  HyperParameters parameters = ToyParameters();
  parameters.epochs = 200;
  parameters.early_stopping_epochs = 3;
  const auto result = Train(parameters);
  ASSERT_OK(result);
  EXPECT_TRUE(result->stopped_early);
  ASSERT_LT(result->epochs.size(), 200);
  EXPECT_EQ(result->epochs.size(), result->best_epoch + 3);
}

TEST_F(TrainerTest, ALossThatIsNotFiniteEndsTheRunAndSaysWhere) {
  embedding_[5 * kToyEmbedding] = std::numeric_limits<float>::infinity();
  EXPECT_THAT(Train(ToyParameters()),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("epoch 1, batch "),
                             HasSubstr("must be finite"))));
}

TEST_F(TrainerTest, ALossThatIsNotFiniteNamesItsBatchHoweverLateItIsRead) {
  // One text has the odd word, and with a clock that stands still all steps are
  // read at the end of the epoch.
  static constexpr std::size_t kOddText = 11;
  constexpr TokenId kOddWord = 5;
  for (EncodedText& text : train_.texts) {
    std::ranges::replace(text.tokens, kOddWord, kOddWord + 1);
  }
  train_.texts[kOddText].tokens[0] = kOddWord;
  embedding_[kOddWord * kToyEmbedding] =
      std::numeric_limits<float>::quiet_NaN();
  const HyperParameters parameters = ToyParameters();
  const EpochPlan plan = PlanEpoch(parameters, Lengths(train_.texts), 1);
  const auto batch = std::ranges::find_if(plan.batches, [](const auto& texts) {
    return std::ranges::count(texts, kOddText) > 0;
  });
  ASSERT_LT(batch + 1, plan.batches.end()) << "nothing comes after it";

  const TempDir folder;
  const FakeClock clock;
  Observer observer;
  ASSERT_OK_AND_ASSIGN(const auto trainer,
                       Trainer::Create({.parameters = parameters,
                                        .config = ToyConfig(parameters),
                                        .engine = engine_,
                                        .checkpoint_folder = folder.path(),
                                        .clock = &clock},
                                       embedding_, train_, validation_));
  EXPECT_THAT(trainer->Run(observer, observer.token()),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr(absl::StrCat("epoch 1, batch ",
                                              batch - plan.batches.begin() + 1,
                                              ": the loss is nan"))));
}

TEST_F(TrainerTest, AnExceptionOfTorchIsAStatus) {
  train_.texts[0].tokens[0] = kToyVocabulary + 5;
  EXPECT_THAT(Train(ToyParameters()),
              StatusIs(absl::StatusCode::kInternal, HasSubstr("LibTorch")));
}

TEST_F(TrainerTest, RefusesInputsThatCannotBeTrainedOn) {
  HyperParameters wrong = ToyParameters();
  wrong.batch_size = 0;
  wrong.dropout = 1;
  EXPECT_THAT(Train(wrong), StatusIs(absl::StatusCode::kInvalidArgument,
                                     AllOf(HasSubstr("batch_size is 0"),
                                           HasSubstr("dropout is 1"))));
  const LabelledTexts texts = validation_;
  validation_ = {};
  EXPECT_THAT(Train(ToyParameters()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("no validation text")));
  validation_ = texts;
  validation_.labels.pop_back();
  EXPECT_THAT(Train(ToyParameters()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "10 validation texts have 9 labels; there must be as "
                       "many"));
  validation_ = texts;
  embedding_.pop_back();
  EXPECT_THAT(Train(ToyParameters()),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("the embedding has")));
}

}  // namespace
}  // namespace carousel
