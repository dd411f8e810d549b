#include "core/train/trainer.h"

#include <functional>
#include <limits>
#include <optional>

#include "core/base/files.h"
#include "core/nn/model_folder.h"
#include "core/nn/sentiment_lstm.h"
#include "core/train/checkpoint.h"
#include "core/train/evaluator.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/train/toy_task.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

// Every look at it is a second later, so that every batch is reported.
class TickingClock final : public Clock {
 public:
  absl::Time Now() const override { return absl::UnixEpoch(); }
  std::chrono::steady_clock::time_point SteadyNow() const override {
    return std::chrono::steady_clock::time_point(
        std::chrono::seconds(++seconds_));
  }

 private:
  mutable int seconds_ = 0;
};

struct Place {
  std::int64_t epoch, batch;  // batch 0: after the whole epoch
};

// Remembers the epochs and breaks the run off at a place.
class Observer final : public TrainingObserver {
 public:
  explicit Observer(std::optional<Place> stop_at = std::nullopt)
      : stop_at_(stop_at) {}

  void OnStage(std::string_view) override {}
  void OnBatch(const BatchProgress& progress) override {
    StopAt(progress.epoch, progress.batch);
  }
  void OnEpoch(const EpochMetrics& metrics) override {
    epochs.push_back(metrics);
    StopAt(metrics.epoch, 0);
  }

  std::stop_token token() const { return stop_.get_token(); }

  std::vector<EpochMetrics> epochs;

 private:
  void StopAt(std::int64_t epoch, std::int64_t batch) {
    if (stop_at_.has_value() && stop_at_->epoch == epoch &&
        stop_at_->batch == batch) {
      stop_.request_stop();
    }
  }

  const std::optional<Place> stop_at_;
  std::stop_source stop_;
};

class TrainerTest : public ::testing::Test {
 protected:
  // One thread: the tensors are too small to share.
  TrainerTest() { SetTorchThreads(1); }

  absl::StatusOr<TrainingResult> Train(const HyperParameters& parameters,
                                       const std::filesystem::path& folder,
                                       Observer& observer) {
    const TickingClock clock;
    auto trainer = Trainer::Create({.parameters = parameters,
                                    .config = ToyConfig(parameters),
                                    .checkpoint_folder = folder,
                                    .clock = &clock},
                                   embedding_, train_, validation_);
    if (!trainer.ok()) return trainer.status();
    return (*trainer)->Run(observer, observer.token());
  }

  // A run from the start to the end.
  absl::StatusOr<TrainingResult> Train(const HyperParameters& parameters) {
    const TempDir folder;
    Observer observer;
    return Train(parameters, folder.path(), observer);
  }

  std::vector<float> embedding_ = MakeToyEmbedding();
  LabelledTexts train_ = MakeToyTexts(20, 1);
  LabelledTexts validation_ = MakeToyTexts(10, 2);
};

std::string Weights(const absl::StatusOr<TrainingResult>& result) {
  return SerializeWeights(*result->model);
}

HyperParameters WithAllDropouts() {
  HyperParameters parameters = ToyParameters();
  parameters.optimizer = OptimizerKind::kAdamW;
  parameters.weight_decay = 0.01;
  parameters.gradient_clip = 0.5;
  parameters.schedule = ScheduleKind::kCosine;
  parameters.warmup_fraction = 0.2;
  parameters.layers = 2;
  parameters.bidirectional = true;
  parameters.pooling = Pooling::kConcat;
  parameters.dropout = 0.5;
  parameters.embedding_dropout = 0.4;
  parameters.word_dropout = 0.1;
  parameters.weight_drop = 0.2;
  parameters.padding = PaddingKind::kDynamic;
  return parameters;
}

TEST_F(TrainerTest, LearnsSixteenTextsByHeart) {
  train_ = MakeToyTexts(16, 3);
  validation_ = train_;
  HyperParameters parameters = ToyParameters();
  parameters.epochs = 30;
  const auto result = Train(parameters);
  ASSERT_OK(result);
  EXPECT_EQ(result->best_validation_accuracy, 1);
  EXPECT_EQ(result->epochs.size(), 30);
  EXPECT_LT(result->epochs.back().train_loss, 0.1);
  EXPECT_GT(result->epochs.front().train_loss, 0.5);
}

TEST_F(TrainerTest, TheSameSeedGivesTheSameRun) {
  const auto first = Train(WithAllDropouts());
  const auto second = Train(WithAllDropouts());
  ASSERT_OK(first);
  ASSERT_OK(second);
  EXPECT_EQ(Weights(first), Weights(second));
  EXPECT_EQ(first->epochs, second->epochs);
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
  HyperParameters parameters = ToyParameters();
  std::vector<TrainingResult> results;
  for (const Engine engine : {Engine::kReference, Engine::kLibtorch}) {
    const TempDir folder;
    Observer observer;
    ASSERT_OK_AND_ASSIGN(const std::unique_ptr<Trainer> trainer,
                         Trainer::Create({.parameters = parameters,
                                          .config = ToyConfig(parameters),
                                          .engine = engine,
                                          .checkpoint_folder = folder.path()},
                                         embedding_, train_, validation_));
    ASSERT_OK_AND_ASSIGN(TrainingResult result,
                         trainer->Run(observer, observer.token()));
    results.push_back(std::move(result));
  }
  for (std::size_t i = 0; i < results[0].epochs.size(); ++i) {
    EXPECT_NEAR(results[0].epochs[i].train_loss,
                results[1].epochs[i].train_loss, 1e-4);
  }
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

TEST_F(TrainerTest, ClippingBoundsTheStepNotTheNormThatIsTold) {
  // Plain descent moves by rate * gradient, so a clipped first step is short.
  HyperParameters parameters = ToyParameters();
  parameters.optimizer = OptimizerKind::kSgd;
  parameters.epochs = 1;
  parameters.batch_size = static_cast<std::int64_t>(train_.texts.size());
  const auto free = Train(parameters);
  parameters.gradient_clip = free->epochs[0].gradient_norm / 2;
  const auto clipped = Train(parameters);
  ASSERT_OK(clipped);
  EXPECT_EQ(clipped->epochs[0].gradient_norm, free->epochs[0].gradient_norm);
  EXPECT_NE(Weights(clipped), Weights(free));
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

TEST_F(TrainerTest, AStopKeepsTheCheckpointOfTheLastWholeEpoch) {
  const TempDir folder;
  Observer observer(Place{2, 3});
  EXPECT_THAT(
      Train(ToyParameters(), folder.path(), observer),
      StatusIs(absl::StatusCode::kCancelled, HasSubstr("epoch 2, batch 4")));
  EXPECT_EQ(observer.epochs.size(), 1);
  ASSERT_OK_AND_ASSIGN(const std::optional<Checkpoint> checkpoint,
                       ReadCheckpoint(folder.path()));
  ASSERT_TRUE(checkpoint.has_value());
  EXPECT_EQ(checkpoint->epochs, observer.epochs);
}

TEST_F(TrainerTest, AStopIsHeardDuringValidation) {
  const TempDir folder;
  Observer observer(Place{1, 5});  // the last batch
  EXPECT_THAT(Train(ToyParameters(), folder.path(), observer),
              StatusIs(absl::StatusCode::kCancelled, HasSubstr("validation")));
}

// What a broken-off run may be doing, and where it breaks off.
struct BreakOff {
  std::string name;
  HyperParameters parameters;
  std::vector<Place> places;
};

class ResumeTest : public TrainerTest,
                   public ::testing::WithParamInterface<BreakOff> {};

TEST_P(ResumeTest, GivesTheSameBitsAsARunThatWasNeverBrokenOff) {
  const HyperParameters& parameters = GetParam().parameters;
  const auto whole = Train(parameters);
  ASSERT_OK(whole);

  const TempDir folder;
  for (const Place& place : GetParam().places) {
    Observer observer(place);
    ASSERT_THAT(Train(parameters, folder.path(), observer),
                StatusIs(absl::StatusCode::kCancelled));
  }
  Observer observer;
  const auto resumed = Train(parameters, folder.path(), observer);
  ASSERT_OK(resumed);
  EXPECT_EQ(Weights(resumed), Weights(whole));
  EXPECT_EQ(resumed->epochs, whole->epochs);
  EXPECT_EQ(resumed->best_epoch, whole->best_epoch);
  // Also the past ones are told again: a crash may have kept them.
  EXPECT_EQ(observer.epochs, whole->epochs);
}

HyperParameters WithSgd() {
  HyperParameters parameters = ToyParameters();
  parameters.optimizer = OptimizerKind::kSgd;
  parameters.schedule = ScheduleKind::kLinear;
  return parameters;
}

INSTANTIATE_TEST_SUITE_P(
    Runs, ResumeTest,
    ::testing::Values(
        BreakOff{"InTheFirstEpoch", ToyParameters(), {{1, 2}}},
        BreakOff{"BetweenEpochs", ToyParameters(), {{1, 0}}},
        BreakOff{"AgainAndAgain", ToyParameters(), {{1, 0}, {2, 4}, {3, 1}}},
        BreakOff{"WithAllDropouts", WithAllDropouts(), {{1, 3}, {2, 1}}},
        BreakOff{"WithMomentum", WithSgd(), {{2, 2}}}),
    [](const auto& info) { return info.param.name; });

TEST_F(TrainerTest, AFinishedRunIsNotTrainedAgain) {
  const TempDir folder;
  Observer first_observer;
  const auto first = Train(ToyParameters(), folder.path(), first_observer);
  ASSERT_OK(first);
  // Would stop at the first batch, if there were one.
  Observer observer(Place{1, 1});
  const auto again = Train(ToyParameters(), folder.path(), observer);
  ASSERT_OK(again);
  EXPECT_EQ(Weights(again), Weights(first));
  EXPECT_EQ(observer.epochs, first->epochs);
}

TEST_F(TrainerTest, RefusesTheCheckpointOfAnotherRun) {
  const TempDir folder;
  Observer first(Place{1, 0});
  ASSERT_THAT(Train(ToyParameters(), folder.path(), first),
              StatusIs(absl::StatusCode::kCancelled));
  ASSERT_OK_AND_ASSIGN(const std::string before,
                       ReadFile(folder / kCheckpointFile));

  HyperParameters other = ToyParameters();
  other.learning_rate = 0.5;
  Observer second;
  EXPECT_THAT(
      Train(other, folder.path(), second),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               AllOf(HasSubstr((folder / kCheckpointFile).string()),
                     HasSubstr("learning_rate (0.02 there, 0.5 here)"))));
  train_.labels[0] = 1 - train_.labels[0];
  EXPECT_THAT(Train(ToyParameters(), folder.path(), second),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("other texts or vectors")));
  EXPECT_THAT(ReadFile(folder / kCheckpointFile), IsOkAndHolds(before));
}

TEST_F(TrainerTest, RefusesADamagedCheckpoint) {
  const TempDir folder;
  ASSERT_OK(WriteFileAtomically(folder / kCheckpointFile, "rubbish"));
  Observer observer;
  EXPECT_THAT(Train(ToyParameters(), folder.path(), observer),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr((folder / kCheckpointFile).string())));
}

TEST_F(TrainerTest, ALossThatIsNotFiniteEndsTheRunAndSaysWhere) {
  embedding_[5 * kToyEmbedding] = std::numeric_limits<float>::infinity();
  EXPECT_THAT(Train(ToyParameters()),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("epoch 1, batch "),
                             HasSubstr("must be finite"))));
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
