#include "core/jobs/time_left.h"

#include <optional>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carousel {
namespace {

using std::chrono::seconds;
using ::testing::DoubleEq;
using ::testing::Optional;

constexpr TimeLeft::Time kStart{std::chrono::hours(1)};

EpochRecord Epoch(std::int64_t epoch, double seconds) {
  return {.epoch = epoch, .seconds = seconds};
}

WorkerProgress Batch(std::int64_t epoch, std::int64_t batch) {
  return {.epoch = epoch, .batch = batch, .batches = 10};
}

TEST(TimeLeftTest, SaysNothingBeforeThereIsSomethingToGoBy) {
  TimeLeft left(5, {});
  EXPECT_EQ(left.Seconds(kStart), std::nullopt);
  left.OnProgress(Batch(1, 1), kStart);
  EXPECT_EQ(left.Seconds(kStart + seconds(1)), std::nullopt);
}

TEST(TimeLeftTest, TheFirstEpochsBatchesSayHowFastItGoes) {
  TimeLeft left(5, {});
  left.OnProgress(Batch(1, 1), kStart);
  left.OnProgress(Batch(1, 3), kStart + seconds(4));  // 2 s each, 20 s an epoch
  EXPECT_THAT(left.Seconds(kStart + seconds(4)), Optional(DoubleEq(94)));
  EXPECT_THAT(left.Seconds(kStart + seconds(5)), Optional(DoubleEq(93)));
}

TEST(TimeLeftTest, EpochsThatAreDoneSayWhatTheOthersTake) {
  TimeLeft left(5, {});
  left.OnProgress(Batch(1, 1), kStart);
  left.OnEpoch(Epoch(1, 30));
  EXPECT_THAT(left.Seconds(kStart), Optional(DoubleEq(120)));
  left.OnProgress(Batch(2, 5), kStart);
  EXPECT_THAT(left.Seconds(kStart), Optional(DoubleEq(105)));
}

TEST(TimeLeftTest, EpochsBeforeAResumeCount) {
  const TimeLeft left(4, {Epoch(1, 10), Epoch(2, 20)});
  EXPECT_THAT(left.Seconds(kStart), Optional(DoubleEq(30)));
}

TEST(TimeLeftTest, AnEpochThatWasHeldUpDoesNotCount) {
  const TimeLeft left(4, {Epoch(1, 10), Epoch(2, 1000), Epoch(3, 12)});
  EXPECT_THAT(left.Seconds(kStart), Optional(DoubleEq(12)));
}

TEST(TimeLeftTest, AMachineThatHasBecomeSlowerShows) {
  std::vector<EpochRecord> past;
  for (int epoch = 1; epoch <= 20; ++epoch) past.push_back(Epoch(epoch, 10));
  for (int epoch = 21; epoch <= 25; ++epoch) past.push_back(Epoch(epoch, 50));
  EXPECT_THAT(TimeLeft(27, past).Seconds(kStart), Optional(DoubleEq(100)));
}

TEST(TimeLeftTest, AnEpochThatTakesLongerHoldsTheTimeOfTheOthers) {
  TimeLeft left(3, {Epoch(1, 10)});
  left.OnProgress(Batch(2, 9), kStart);
  EXPECT_THAT(left.Seconds(kStart), Optional(DoubleEq(11)));
  EXPECT_THAT(left.Seconds(kStart + seconds(100)), Optional(DoubleEq(10)));
}

TEST(TimeLeftTest, AnEpochThatBeginsAgainIsMeasuredAnew) {
  TimeLeft left(1, {});
  left.OnProgress(Batch(1, 8), kStart);
  left.OnProgress(Batch(1, 1), kStart + seconds(60));
  EXPECT_EQ(left.Seconds(kStart + seconds(60)), std::nullopt);
  left.OnProgress(Batch(1, 2), kStart + seconds(61));
  EXPECT_THAT(left.Seconds(kStart + seconds(61)), Optional(DoubleEq(8)));
}

TEST(TimeLeftTest, NothingIsLeftAfterTheLastEpoch) {
  TimeLeft left(1, {});
  left.OnEpoch(Epoch(1, 10));
  EXPECT_THAT(left.Seconds(kStart), Optional(DoubleEq(0)));
}

}  // namespace
}  // namespace carousel
