#include "core/data/length_histogram.h"

#include <numeric>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::int64_t> Starts(const std::vector<LengthBin>& bins) {
  std::vector<std::int64_t> starts;
  for (const LengthBin& bin : bins) starts.push_back(bin.from);
  return starts;
}

TEST(BinLengthsTest, CountsEachLabelInBinsOfEqualWidth) {
  const std::vector<LengthBin> bins = BinLengths({{{0, 20, 39, 90}, {40, 41}}});
  EXPECT_THAT(Starts(bins), ElementsAre(0, 5, 10, 15, 20, 25, 30, 35, 40, 45,
                                        50, 55, 60, 65, 70, 75, 80, 85, 90));
  EXPECT_THAT(bins[0].texts, ElementsAre(1, 0));
  EXPECT_THAT(bins[4].texts, ElementsAre(1, 0));
  EXPECT_THAT(bins[7].texts, ElementsAre(1, 0));
  EXPECT_THAT(bins[8].texts, ElementsAre(0, 2));
  EXPECT_THAT(bins[18].texts, ElementsAre(1, 0));
}

TEST(BinLengthsTest, TheLastBinHoldsWhateverIsLonger) {
  std::vector<std::int64_t> lengths(1000);
  std::iota(lengths.begin(), lengths.end(), 0);
  lengths.back() = 1'000'000;
  const std::vector<LengthBin> bins = BinLengths({lengths, {}});
  EXPECT_EQ(bins.size(), 20);
  EXPECT_EQ(bins[1].from, 50);
  EXPECT_THAT(bins[0].texts, ElementsAre(50, 0));
  EXPECT_THAT(bins[19].texts, ElementsAre(50, 0));
}

TEST(BinLengthsTest, NeverHasMoreBinsThanItSays) {
  for (std::int64_t length = 0; length < 5000; ++length) {
    const std::vector<LengthBin> bins = BinLengths({{{length}, {}}});
    ASSERT_LE(bins.size(), kMaxLengthBins) << length;
    EXPECT_EQ(bins.back().texts[0], 1);
    EXPECT_LE(bins.back().from, length);
  }
}

TEST(BinLengthsTest, NoTextsHaveNoBins) {
  EXPECT_THAT(BinLengths({}), IsEmpty());
}

}  // namespace
}  // namespace carousel
