#include "core/train/schedule.h"

#include "gtest/gtest.h"

namespace carousel {
namespace {

TEST(ScheduleTest, ConstantStaysAtOne) {
  for (const std::int64_t step : {0, 1, 99}) {
    EXPECT_EQ(LearningRateFactor(ScheduleKind::kConstant, 0, step, 100), 1);
  }
}

TEST(ScheduleTest, WarmUpRisesOnALineToOne) {
  for (const ScheduleKind schedule :
       {ScheduleKind::kConstant, ScheduleKind::kLinear,
        ScheduleKind::kCosine}) {
    EXPECT_DOUBLE_EQ(LearningRateFactor(schedule, 0.1, 0, 100), 0.1);
    EXPECT_DOUBLE_EQ(LearningRateFactor(schedule, 0.1, 4, 100), 0.5);
    EXPECT_DOUBLE_EQ(LearningRateFactor(schedule, 0.1, 9, 100), 1);
    EXPECT_DOUBLE_EQ(LearningRateFactor(schedule, 0.1, 10, 100), 1);
  }
}

TEST(ScheduleTest, LinearReachesZeroAfterTheLastStep) {
  EXPECT_DOUBLE_EQ(LearningRateFactor(ScheduleKind::kLinear, 0, 0, 4), 1);
  EXPECT_DOUBLE_EQ(LearningRateFactor(ScheduleKind::kLinear, 0, 3, 4), 0.25);
  EXPECT_DOUBLE_EQ(LearningRateFactor(ScheduleKind::kLinear, 0.5, 3, 4), 0.5);
  EXPECT_DOUBLE_EQ(LearningRateFactor(ScheduleKind::kLinear, 0, 4, 4), 0);
}

TEST(ScheduleTest, CosineIsHalfWayInTheMiddleAndFlatAtTheEnds) {
  const auto factor = [](std::int64_t step) {
    return LearningRateFactor(ScheduleKind::kCosine, 0, step, 100);
  };
  EXPECT_DOUBLE_EQ(factor(0), 1);
  EXPECT_NEAR(factor(50), 0.5, 1e-12);
  EXPECT_NEAR(factor(100), 0, 1e-12);
  EXPECT_LT(factor(0) - factor(1), factor(50) - factor(51));
  EXPECT_LT(factor(99) - factor(100), factor(50) - factor(51));
}

TEST(ScheduleTest, ARunOfOneStepHasARate) {
  EXPECT_EQ(LearningRateFactor(ScheduleKind::kLinear, 0.5, 0, 1), 1);
  EXPECT_EQ(LearningRateFactor(ScheduleKind::kCosine, 0.1, 0, 1), 1);
}

}  // namespace
}  // namespace carousel
