#include "core/text/negative_sampler.h"

#include <cmath>
#include <vector>

#include "gtest/gtest.h"

namespace carousel {
namespace {

// Of many draws, each word's share.
std::vector<double> Shares(const std::vector<std::int64_t>& counts, int draws) {
  const NegativeSampler sampler(counts);
  SplitMix64 random(1);
  std::vector<double> shares(counts.size());
  for (int i = 0; i < draws; ++i) shares[sampler.Draw(random)] += 1.0 / draws;
  return shares;
}

TEST(NegativeSamplerTest, DrawsByFrequencyToThePowerOfThreeQuarters) {
  const std::vector<std::int64_t> counts = {100000, 5000, 5000, 300, 16, 1};
  double sum = 0;
  for (const std::int64_t count : counts) sum += std::pow(count, 0.75);
  constexpr int kDraws = 4'000'000;
  const std::vector<double> shares = Shares(counts, kDraws);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double expected = std::pow(counts[i], 0.75) / sum;
    // Five standard errors: the draws are the same at every run.
    EXPECT_NEAR(shares[i], expected,
                5 * std::sqrt(expected * (1 - expected) / kDraws))
        << i;
  }
}

TEST(NegativeSamplerTest, DrawsEqualWordsEquallyOften) {
  const std::vector<double> shares =
      Shares(std::vector<std::int64_t>(1000, 7), 1'000'000);
  for (const double share : shares) EXPECT_NEAR(share, 1e-3, 2e-4);
}

TEST(NegativeSamplerTest, HasAWordToDrawWhenThereIsOne) {
  EXPECT_DOUBLE_EQ(Shares({3}, 10).front(), 1);
}

}  // namespace
}  // namespace carousel
