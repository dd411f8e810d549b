#include "client/cli/watch_panel.h"

#include <limits>
#include <string>

#include "client/cli/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carousel::client {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class WatchPanelTest : public ::testing::Test {
 protected:
  void TellEpoch(std::int64_t number, double train, double validation) {
    v1::Epoch epoch;
    epoch.set_epoch(number);
    epoch.set_train_loss(train);
    epoch.set_validation_loss(validation);
    panel_.OnEpoch(epoch);
  }
  void TellProgress(std::int64_t epoch, std::int64_t batch) {
    v1::TrainingProgress progress;
    progress.set_epoch(epoch);
    progress.set_batch(batch);
    progress.set_batches(10);
    progress.set_mean_loss(0.3121);
    progress.set_tokens_per_second(12345);
    progress.set_remaining_seconds(1504);
    panel_.OnProgress(progress);
  }
  void TellAll() {
    panel_.SetEpochs(4);
    TellEpoch(1, 0.7, 0.6);
    TellEpoch(2, 0.4, 0.3);
    TellEpoch(3, 0, 0.5);
    panel_.OnStage("training");
    TellProgress(4, 5);
  }

  WatchPanel panel_{CurveStyle::kAscii};
};

TEST_F(WatchPanelTest, ShowsTheWholeJobItsStageAndItsCurves) {
  TellAll();
  EXPECT_THAT(
      panel_.Draw({.columns = 81, .rows = 24}),
      ElementsAre("epoch 4/4 [###################################.....]  87 %  "
                  "25m04s left",
                  "training, loss 0.3121, 12,345 tokens/s",
                  "train loss       @+_  0.7000 to 0.0000",
                  "validation loss  #=*  0.6000 to 0.5000, least at epoch 2"));
}

TEST_F(WatchPanelTest, BeforeTheFirstBatchThereIsTheStage) {
  panel_.SetEpochs(50);
  panel_.OnStage("encoding");
  const auto lines = panel_.Draw({});
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_THAT(lines[0], StartsWith("epoch 1/50 ["));
  EXPECT_THAT(lines[0], Not(HasSubstr("left")));
  EXPECT_EQ(lines[1], "encoding");
}

TEST_F(WatchPanelTest, WhileItValidatesTheLastBatchIsNoNews) {
  TellAll();
  panel_.OnStage("validating");
  EXPECT_EQ(panel_.Draw({})[1], "validating");
}

TEST_F(WatchPanelTest, AfterTheLastEpochItIsDone) {
  TellAll();
  TellEpoch(4, 0, 0.5);
  panel_.OnStage("saving");
  const auto lines = panel_.Draw({});
  EXPECT_THAT(lines[0], StartsWith("epoch 4/4 ["));
  EXPECT_THAT(lines[0], HasSubstr("100 %"));
}

TEST_F(WatchPanelTest, WithoutTheNumberOfEpochsTheBarIsOfTheEpoch) {
  TellProgress(3, 5);
  EXPECT_THAT(panel_.Draw({})[0], StartsWith("epoch 3 ["));
  EXPECT_THAT(panel_.Draw({})[0], HasSubstr(" 50 %"));
}

TEST_F(WatchPanelTest, FitsWhateverTheSize) {
  TellAll();
  for (int columns = 1; columns < 120; ++columns) {
    for (int rows = 1; rows < 12; ++rows) {
      const auto lines = panel_.Draw({.columns = columns, .rows = rows});
      EXPECT_THAT(lines, Not(IsEmpty()));
      EXPECT_LE(static_cast<int>(lines.size()), std::max(1, rows - 3));
      for (const std::string& line : lines) {
        EXPECT_THAT(DisplayWidth(line), Le(std::max(3, columns - 1)))
            << columns << ": " << line;
      }
    }
  }
}

TEST_F(WatchPanelTest, ANarrowTerminalKeepsTheCurveAndDropsTheRest) {
  for (int epoch = 1; epoch <= 50; ++epoch) TellEpoch(epoch, 0.5, 0.5);
  EXPECT_EQ(panel_.Draw({.columns = 30})[1], "train loss       ____________");
  EXPECT_THAT(panel_.Draw({.columns = 60})[2],
              HasSubstr("_  0.5000 to 0.5000"));
  EXPECT_THAT(panel_.Draw({.columns = 100})[2], HasSubstr("least at epoch 1"));
}

TEST_F(WatchPanelTest, ALossThatDivergedIsMarked) {
  TellEpoch(1, 0.7, 0.6);
  TellEpoch(2, 0.8, std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(panel_.Draw({})[2],
            "validation loss  _x  0.6000 to nan, least at epoch 1");
}

TEST_F(WatchPanelTest, ALossThatIsNotMeasuredHasNoLine) {
  TellEpoch(1, 0.7, std::numeric_limits<double>::quiet_NaN());
  const auto lines = panel_.Draw({});
  ASSERT_THAT(lines, SizeIs(2));
  EXPECT_THAT(lines[1], StartsWith("train loss "));
}

}  // namespace
}  // namespace carousel::client
