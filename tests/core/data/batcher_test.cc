#include "core/data/batcher.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <set>
#include <vector>

#include "core/base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Plan = std::vector<std::vector<std::size_t>>;

constexpr BatchOrder kAllOrders[] = {
    BatchOrder::kSequential, BatchOrder::kShuffled, BatchOrder::kBucketed};

// Skewed as reviews are: most are short, a few are very long.
std::vector<std::int64_t> SkewedLengths(std::size_t count) {
  std::mt19937_64 generator(5);
  std::vector<std::int64_t> lengths;
  for (std::size_t i = 0; i < count; ++i) {
    const double uniform =
        static_cast<double>(UniformBelow(generator, 1000) + 1) / 1001;
    lengths.push_back(20 - static_cast<std::int64_t>(200 * std::log(uniform)));
  }
  return lengths;
}

double PaddedShareOfPlan(const Plan& plan,
                         const std::vector<std::int64_t>& lengths) {
  std::int64_t positions = 0;
  std::int64_t filled = 0;
  for (const std::vector<std::size_t>& batch : plan) {
    std::int64_t longest = 0;
    for (const std::size_t example : batch) {
      longest = std::max(longest, lengths[example]);
      filled += lengths[example];
    }
    positions += longest * static_cast<std::int64_t>(batch.size());
  }
  return 1 - static_cast<double>(filled) / static_cast<double>(positions);
}

TEST(PlanBatchesTest, TakesEveryExampleOnceAnEpoch) {
  for (const BatchOrder order : kAllOrders) {
    for (const std::size_t count : {0, 1, 31, 32, 33, 1000}) {
      const std::vector<std::int64_t> lengths = SkewedLengths(count);
      const Plan plan = PlanBatches(lengths, 32, order, 1, 0);
      std::set<std::size_t> seen;
      std::size_t smaller = 0;
      for (const std::vector<std::size_t>& batch : plan) {
        seen.insert(batch.begin(), batch.end());
        EXPECT_LE(batch.size(), 32);
        smaller += batch.size() < 32;
      }
      EXPECT_EQ(plan.size(), (count + 31) / 32);
      EXPECT_EQ(smaller, count % 32 == 0 ? 0 : 1);
      EXPECT_EQ(seen.size(), count);
      EXPECT_TRUE(seen.empty() || *seen.rbegin() == count - 1);
    }
  }
}

TEST(PlanBatchesTest, SequentialIsTheOrderGiven) {
  EXPECT_THAT(
      PlanBatches(SkewedLengths(5), 2, BatchOrder::kSequential, 1, 0),
      ElementsAre(ElementsAre(0, 1), ElementsAre(2, 3), ElementsAre(4)));
}

TEST(PlanBatchesTest, IsAFunctionOfSeedAndEpoch) {
  const std::vector<std::int64_t> lengths = SkewedLengths(500);
  for (const BatchOrder order :
       {BatchOrder::kShuffled, BatchOrder::kBucketed}) {
    const Plan plan = PlanBatches(lengths, 16, order, 1, 4);
    EXPECT_EQ(PlanBatches(lengths, 16, order, 1, 4), plan);
    EXPECT_NE(PlanBatches(lengths, 16, order, 2, 4), plan);
    EXPECT_NE(PlanBatches(lengths, 16, order, 1, 5), plan);
  }
}

TEST(PlanBatchesTest, BucketingWastesLittlePadding) {
  const std::vector<std::int64_t> lengths = SkewedLengths(5000);
  const auto share = [&](BatchOrder order) {
    return PaddedShareOfPlan(PlanBatches(lengths, 32, order, 1, 0), lengths);
  };
  EXPECT_GT(share(BatchOrder::kShuffled), 0.5);
  EXPECT_LT(share(BatchOrder::kBucketed), 0.1);
}

TEST(PlanBatchesTest, BucketingDoesNotGoFromShortToLong) {
  const std::vector<std::int64_t> lengths = SkewedLengths(3200);
  const Plan plan = PlanBatches(lengths, 32, BatchOrder::kBucketed, 1, 0);
  std::size_t rises = 0;
  for (std::size_t i = 1; i < plan.size(); ++i) {
    rises += lengths[plan[i].front()] > lengths[plan[i - 1].front()];
  }
  EXPECT_GT(rises, plan.size() / 4);
  EXPECT_LT(rises, plan.size() * 3 / 4);
}

TEST(PlanBatchesTest, BucketingMixesOtherExamplesEachEpoch) {
  // 50 windows' worth, so that an example can meet any other.
  const std::vector<std::int64_t> lengths = SkewedLengths(5000);
  const auto companions_of_first = [&](std::uint64_t epoch) {
    for (const std::vector<std::size_t>& batch :
         PlanBatches(lengths, 8, BatchOrder::kBucketed, 1, epoch)) {
      if (std::find(batch.begin(), batch.end(), 0) != batch.end()) {
        return std::set<std::size_t>(batch.begin(), batch.end());
      }
    }
    return std::set<std::size_t>();
  };
  EXPECT_NE(companions_of_first(0), companions_of_first(1));
  EXPECT_NE(companions_of_first(1), companions_of_first(2));
}

class MakeBatchTest : public ::testing::Test {
 protected:
  const std::vector<EncodedText> texts_ = {
      {.tokens = {5, 6, 7}}, {.tokens = {8}}, {.tokens = {9, 10}}};
  const std::vector<float> labels_ = {1, 0, 1};
};

TEST_F(MakeBatchTest, PadsToTheLongestOfTheBatch) {
  const Batch batch =
      MakeBatch(texts_, labels_, std::vector<std::size_t>{1, 2});
  EXPECT_EQ(batch.rows, 2);
  EXPECT_EQ(batch.time, 2);
  EXPECT_THAT(batch.tokens, ElementsAre(8, kPaddingId, 9, 10));
  EXPECT_THAT(batch.lengths, ElementsAre(1, 2));
  EXPECT_THAT(batch.labels, ElementsAre(0, 1));
  EXPECT_THAT(batch.examples, ElementsAre(1, 2));
}

TEST_F(MakeBatchTest, FixedTimePadsAndCuts) {
  const std::vector<std::size_t> all = {0, 1, 2};
  const Batch longer = MakeBatch(texts_, labels_, all, 4);
  EXPECT_EQ(longer.time, 4);
  EXPECT_THAT(longer.tokens, ElementsAre(5, 6, 7, 0, 8, 0, 0, 0, 9, 10, 0, 0));
  EXPECT_THAT(longer.lengths, ElementsAre(3, 1, 2));
  const Batch shorter = MakeBatch(texts_, labels_, all, 2);
  EXPECT_EQ(shorter.time, 2);
  EXPECT_THAT(shorter.tokens, ElementsAre(5, 6, 8, 0, 9, 10));
  EXPECT_THAT(shorter.lengths, ElementsAre(2, 1, 2));
}

TEST_F(MakeBatchTest, LabelsMayBeAbsent) {
  const Batch batch = MakeBatch(texts_, {}, std::vector<std::size_t>{0});
  EXPECT_THAT(batch.labels, IsEmpty());
  EXPECT_THAT(batch.tokens, ElementsAre(5, 6, 7));
}

}  // namespace
}  // namespace carousel
