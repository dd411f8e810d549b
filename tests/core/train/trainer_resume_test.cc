// A run that is broken off and goes on, and what "the same" means.
#include <optional>
#include <string>
#include <vector>

#include "core/base/files.h"
#include "core/train/checkpoint.h"
#include "core/train/trainer.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/train/trainer_fixture.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

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
  Engine engine = Engine::kReference;
  int threads = 1;
};

class ResumeTest : public TrainerTest,
                   public ::testing::WithParamInterface<BreakOff> {};

TEST_P(ResumeTest, GivesTheSameBitsAsARunThatWasNeverBrokenOff) {
  const HyperParameters& parameters = GetParam().parameters;
  engine_ = GetParam().engine;
  threads_ = GetParam().threads;
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
        BreakOff{"WithMomentum", WithSgd(), {{2, 2}}},
        BreakOff{
            "WithLibtorch", WithAllDropouts(), {{2, 1}}, Engine::kLibtorch},
        BreakOff{"WithFused", WithAllDropouts(), {{2, 1}}, Engine::kFused},
        BreakOff{
            "OnTwoThreads", WithWideLayer(), {{1, 0}}, Engine::kReference, 2},
        BreakOff{"WithLibtorchOnTwoThreads",
                 WithWideLayer(),
                 {{1, 0}},
                 Engine::kLibtorch,
                 2},
        BreakOff{"WithFusedOnTwoThreads",
                 WithWideLayer(),
                 {{1, 0}},
                 Engine::kFused,
                 2}),
    [](const auto& info) { return info.param.name; });

TEST_F(TrainerTest, TellsHowItsEpochsWereComputedAlsoWhenThatChanges) {
  const TempDir folder;
  Observer first(Place{1, 0});
  ASSERT_THAT(Train(ToyParameters(), folder.path(), first),
              StatusIs(absl::StatusCode::kCancelled));
  // A stretch in which no epoch ended leaves no trace.
  threads_ = 2;
  Observer second(Place{2, 1});
  ASSERT_THAT(Train(ToyParameters(), folder.path(), second),
              StatusIs(absl::StatusCode::kCancelled));
  engine_ = Engine::kLibtorch;
  Observer third;
  const auto result = Train(ToyParameters(), folder.path(), third);
  ASSERT_OK(result);
  EXPECT_EQ(result->epochs.size(), 3);
  EXPECT_THAT(result->compute,
              ElementsAre(ComputeStretch{1, "reference", "cpu", 1},
                          ComputeStretch{2, "libtorch", "cpu", 2}));
}

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

}  // namespace
}  // namespace carousel
