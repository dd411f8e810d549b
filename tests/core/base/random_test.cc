#include "core/base/random.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(DeriveSeedTest, IsSplitMix64) {
  // The first outputs of the published generator.
  EXPECT_EQ(DeriveSeed(0, {}), 0xe220a8397b1dcdafu);
  EXPECT_EQ(DeriveSeed(1234567, {}), 6457827717110365317u);
}

TEST(DeriveSeedTest, EveryPartAndItsPlaceCount) {
  std::set<std::uint64_t> seeds;
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    seeds.insert(DeriveSeed(seed, {}));
    for (std::uint64_t a = 0; a < 8; ++a) {
      seeds.insert(DeriveSeed(seed, {a}));
      for (std::uint64_t b = 0; b < 8; ++b) {
        seeds.insert(DeriveSeed(seed, {a, b}));
      }
    }
  }
  EXPECT_EQ(seeds.size(), 4u * (1 + 8 + 64));
}

TEST(RandomPermutationTest, IsTheSameOnEveryMachine) {
  EXPECT_THAT(RandomPermutation(0, 1), IsEmpty());
  EXPECT_THAT(RandomPermutation(1, 1), ElementsAre(0));
  EXPECT_THAT(RandomPermutation(8, 1), ElementsAre(4, 6, 3, 5, 1, 7, 2, 0));
  EXPECT_THAT(RandomPermutation(8, 2), ElementsAre(7, 5, 2, 0, 3, 1, 6, 4));
}

TEST(RandomPermutationTest, HoldsEachIndexOnce) {
  std::vector<std::size_t> order = RandomPermutation(1000, 7);
  EXPECT_FALSE(std::is_sorted(order.begin(), order.end()));
  std::sort(order.begin(), order.end());
  for (std::size_t i = 0; i < order.size(); ++i) EXPECT_EQ(order[i], i);
}

TEST(RandomPermutationTest, EveryOrderIsEquallyLikely) {
  // Seeds are fixed, so the counts are too: 6 orders of 3, 1000 expected each.
  std::map<std::vector<std::size_t>, int> counts;
  for (std::uint64_t seed = 0; seed < 6000; ++seed) {
    ++counts[RandomPermutation(3, DeriveSeed(seed, {}))];
  }
  ASSERT_EQ(counts.size(), 6u);
  for (const auto& [order, count] : counts) EXPECT_NEAR(count, 1000, 120);
}

TEST(UniformBelowTest, StaysBelowTheBoundAndReachesAll) {
  std::mt19937_64 generator(1);
  for (int i = 0; i < 10; ++i) EXPECT_EQ(UniformBelow(generator, 1), 0u);
  std::set<std::uint64_t> seen;
  for (int i = 0; i < 200; ++i) seen.insert(UniformBelow(generator, 5));
  EXPECT_THAT(seen, ElementsAre(0, 1, 2, 3, 4));
}

TEST(UniformBelowTest, HasNoBiasWhereTheRemainderWouldHave) {
  // With this bound a plain remainder falls into the lower half two times in
  // three.
  constexpr std::uint64_t kBound = (std::uint64_t{3} << 62);
  std::mt19937_64 generator(1);
  int low = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::uint64_t value = UniformBelow(generator, kBound);
    ASSERT_LT(value, kBound);
    if (value < kBound / 2) ++low;
  }
  EXPECT_NEAR(low, 5000, 200);
}

}  // namespace
}  // namespace carousel
