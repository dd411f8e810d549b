#include "core/train/epoch_meter.h"

#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"

namespace carousel {
namespace {

class BatchRecorder final : public TrainingObserver {
 public:
  void OnStage(std::string_view) override {}
  void OnBatch(const BatchProgress& progress) override {
    batches.push_back(progress);
  }
  void OnEpoch(const EpochMetrics&) override {}

  std::vector<BatchProgress> batches;
};

// As training does it.
void AddStep(EpochMeter& meter, std::vector<StepResult>& unread,
             const StepResult& step) {
  unread.push_back(step);
  if (!meter.EndStep()) return;
  meter.AddSteps(unread);
  unread.clear();
}

TEST(EpochMeterTest, WeighsLossByRowsAndNormByStep) {
  FakeClock clock;
  BatchRecorder recorder;
  EpochMeter meter(3, 2, clock, recorder);
  std::vector<StepResult> unread;
  clock.Advance(absl::Seconds(1));
  AddStep(meter, unread,
          {.rows = 3,
           .tokens = 30,
           .correct = 3,
           .loss = 1,
           .learning_rate = 0.5,
           .gradient_norm = 2});
  clock.Advance(absl::Seconds(3));
  AddStep(meter, unread,
          {.rows = 1,
           .tokens = 10,
           .correct = 0,
           .loss = 5,
           .learning_rate = 0.25,
           .gradient_norm = 4});
  clock.Advance(absl::Seconds(6));
  EXPECT_EQ(meter.Finish(0.7, 0.9), (EpochMetrics{.epoch = 3,
                                                  .train_loss = 2,
                                                  .train_accuracy = 0.75,
                                                  .validation_loss = 0.7,
                                                  .validation_accuracy = 0.9,
                                                  .learning_rate = 0.25,
                                                  .gradient_norm = 3,
                                                  .tokens_per_second = 10,
                                                  .seconds = 10,
                                                  .tokens = 40}));
}

TEST(EpochMeterTest, ReportsSeldomButEveryToken) {
  FakeClock clock;
  BatchRecorder recorder;
  constexpr int kBatches = 100;
  EpochMeter meter(1, kBatches, clock, recorder);
  std::vector<StepResult> unread;
  for (int batch = 0; batch < kBatches; ++batch) {
    clock.Advance(absl::Milliseconds(10));
    AddStep(meter, unread, {.rows = 1, .tokens = 7});
  }
  // At 250, 500 and 750 ms, and at the last batch.
  ASSERT_EQ(recorder.batches.size(), 4);
  EXPECT_EQ(recorder.batches[0].batch, 25);
  EXPECT_EQ(recorder.batches[0].tokens, 25 * 7);
  EXPECT_EQ(recorder.batches.back().batch, kBatches);
  std::int64_t tokens = 0;
  for (const BatchProgress& progress : recorder.batches) {
    tokens += progress.tokens;
    EXPECT_EQ(progress.batches, kBatches);
    EXPECT_NEAR(progress.tokens_per_second, 700, 1e-6);
  }
  EXPECT_EQ(tokens, kBatches * 7);
}

TEST(EpochMeterTest, TheTimeThatReadingTakesCounts) {
  FakeClock clock;
  BatchRecorder recorder;
  EpochMeter meter(1, 2, clock, recorder);
  const std::vector<StepResult> steps = {{.rows = 1, .tokens = 30},
                                         {.rows = 1, .tokens = 10}};
  EXPECT_FALSE(meter.EndStep());
  EXPECT_TRUE(meter.EndStep());
  clock.Advance(absl::Seconds(2));
  meter.AddSteps(steps);
  ASSERT_EQ(recorder.batches.size(), 1);
  EXPECT_EQ(recorder.batches[0].batch, 2);
  EXPECT_EQ(recorder.batches[0].tokens, 40);
  EXPECT_NEAR(recorder.batches[0].tokens_per_second, 20, 1e-6);
}

TEST(EpochMeterTest, ATimeOfNothingGivesNoSpeed) {
  FakeClock clock;
  BatchRecorder recorder;
  EpochMeter meter(1, 1, clock, recorder);
  std::vector<StepResult> unread;
  AddStep(meter, unread, {.rows = 1, .tokens = 7});
  EXPECT_EQ(meter.Finish(0, 0).tokens_per_second, 0);
}

}  // namespace
}  // namespace carousel
