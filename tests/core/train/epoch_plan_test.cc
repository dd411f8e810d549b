#include "core/train/epoch_plan.h"

#include <algorithm>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;

std::vector<std::size_t> AllTexts(const EpochPlan& plan) {
  std::vector<std::size_t> texts;
  for (const auto& batch : plan.batches) {
    texts.insert(texts.end(), batch.begin(), batch.end());
  }
  return texts;
}

TEST(EpochPlanTest, EveryTextIsInOneBatchOfEachEpoch) {
  const std::vector<std::int64_t> lengths = {5, 1, 4, 2, 3};
  HyperParameters parameters;
  parameters.batch_size = 2;
  for (const PaddingKind padding :
       {PaddingKind::kFixed, PaddingKind::kDynamic}) {
    parameters.padding = padding;
    for (const std::int64_t epoch : {1, 2, 3}) {
      std::vector<std::size_t> texts =
          AllTexts(PlanEpoch(parameters, lengths, epoch));
      std::ranges::sort(texts);
      EXPECT_THAT(texts, ElementsAre(0, 1, 2, 3, 4));
    }
  }
}

TEST(EpochPlanTest, FollowsSeedAndEpoch) {
  const std::vector<std::int64_t> lengths(100, 7);
  HyperParameters parameters;
  const auto texts = [&](std::uint64_t seed, std::int64_t epoch) {
    parameters.seed = seed;
    return AllTexts(PlanEpoch(parameters, lengths, epoch));
  };
  EXPECT_EQ(texts(1, 1), texts(1, 1));
  EXPECT_NE(texts(1, 1), texts(1, 2));
  EXPECT_NE(texts(1, 1), texts(2, 1));
}

TEST(EpochPlanTest, DynamicPaddingWastesLess) {
  std::vector<std::int64_t> lengths;
  for (std::int64_t i = 1; i <= 100; ++i) lengths.push_back(i);
  HyperParameters parameters;
  parameters.batch_size = 10;
  parameters.max_tokens = 100;
  parameters.padding = PaddingKind::kFixed;
  const double fixed = PaddedShare(PlanEpoch(parameters, lengths, 1), lengths);
  EXPECT_NEAR(fixed, 1 - 50.5 / 100, 1e-12);
  parameters.padding = PaddingKind::kDynamic;
  EXPECT_NEAR(PaddedShare(PlanEpoch(parameters, lengths, 1), lengths),
              1 - 5050.0 / (10 * (10 + 100) * 5), 1e-12);
}

}  // namespace
}  // namespace carousel
