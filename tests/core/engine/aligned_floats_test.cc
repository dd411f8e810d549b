#include "core/engine/aligned_floats.h"

#include <cstdint>

#include "gtest/gtest.h"

namespace carousel {
namespace {

constexpr std::int64_t kLarge =
    kWorthHugePages / static_cast<std::int64_t>(sizeof(float));

bool BeginsAt(const AlignedFloats& floats, std::int64_t multiple) {
  return reinterpret_cast<std::uintptr_t>(floats.get()) %
             static_cast<std::uintptr_t>(multiple) ==
         0;
}

TEST(AlignedFloatsTest, BeginAtACacheLine) {
  for (const std::int64_t count : {0, 1, 17, 100000}) {
    const AlignedFloats floats = Zeros(count);
    EXPECT_TRUE(BeginsAt(floats, kCacheLine)) << count;
    for (std::int64_t i = 0; i < count; ++i) ASSERT_EQ(floats[i], 0.0F);
  }
}

TEST(AlignedFloatsTest, WhatIsLargeAndStaysTakesWholeHugePages) {
  EXPECT_EQ(LastingBytes(17), 68);
  EXPECT_EQ(LastingBytes(kLarge - 1), kWorthHugePages - 4);
  EXPECT_EQ(LastingBytes(kLarge), kHugePage);
  EXPECT_EQ(LastingBytes(2 * kLarge), kHugePage);
  EXPECT_EQ(LastingBytes(2 * kLarge + 1), 2 * kHugePage);
  const AlignedFloats large = AllocateLastingFloats(kLarge);
  EXPECT_TRUE(BeginsAt(large, kHugePage));
  large[0] = large[kLarge - 1] = 1;
  EXPECT_TRUE(BeginsAt(AllocateLastingFloats(17), kCacheLine));
}

}  // namespace
}  // namespace carousel
