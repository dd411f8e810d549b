#include "core/engine/bf16.h"

#include <bit>
#include <cmath>
#include <limits>
#include <random>

#include "gtest/gtest.h"

namespace carousel {
namespace {

// One in the last place of a mantissa of 8 bits, between 1 and 2.
constexpr float kUnit = 1.0F / 128;

TEST(Bf16Test, RoundsToTheNearestAndTiesToEven) {
  EXPECT_EQ(RoundToBf16(1), 1);
  EXPECT_EQ(RoundToBf16(1 + kUnit), 1 + kUnit);
  EXPECT_EQ(RoundToBf16(1 + kUnit / 2), 1);
  EXPECT_EQ(RoundToBf16(1 + 3 * kUnit / 2), 1 + 2 * kUnit);
  EXPECT_EQ(RoundToBf16(std::nextafter(1 + kUnit / 2, 2.0F)), 1 + kUnit);
  EXPECT_EQ(RoundToBf16(-1 - 3 * kUnit / 2), -1 - 2 * kUnit);
}

TEST(Bf16Test, IsWithinHalfAUnitOfAnyNumber) {
  std::mt19937 random(1);
  std::normal_distribution<float> normal;
  for (int i = 0; i < 10000; ++i) {
    const float x = normal(random);
    EXPECT_LE(std::abs(RoundToBf16(x) - x), std::abs(x) / 256) << x;
  }
}

TEST(Bf16Test, KeepsZerosInfinitiesAndWhatIsNoNumber) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  EXPECT_EQ(Bf16Bits(0.0F), 0U);
  EXPECT_EQ(Bf16Bits(-0.0F), 0x80000000U);
  EXPECT_EQ(RoundToBf16(kInfinity), kInfinity);
  EXPECT_EQ(RoundToBf16(-kInfinity), -kInfinity);
  EXPECT_EQ(RoundToBf16(std::numeric_limits<float>::max()), kInfinity);
  // All bits set, which would overflow into a zero.
  EXPECT_TRUE(std::isnan(RoundToBf16(std::bit_cast<float>(0x7FFFFFFFU))));
  // Only the lowest bit set, which would be cut off to an infinity.
  EXPECT_TRUE(std::isnan(RoundToBf16(std::bit_cast<float>(0xFF800001U))));
}

TEST(Bf16Test, TheFirstOfAPairIsTheLowerHalf) {
  EXPECT_EQ(std::bit_cast<std::uint32_t>(Bf16Pair(1, -2)), 0xC0003F80U);
}

}  // namespace
}  // namespace carousel
