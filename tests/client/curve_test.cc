#include "client/cli/curve.h"

#include <limits>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carousel::client {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(CurveTest, FromTheLowestMarkToTheHighest) {
  const std::vector<double> values = {0, 1, 2, 3, 4, 5, 6, 7};
  EXPECT_EQ(DrawCurve(values, {0, 7}, 80, CurveStyle::kBlocks), "▁▂▃▄▅▆▇█");
  EXPECT_EQ(DrawCurve(values, {0, 7}, 80, CurveStyle::kAscii), "_.-=+*#@");
}

TEST(CurveTest, TwoCurvesOfOneRangeCanBeCompared) {
  EXPECT_EQ(DrawCurve({0.7, 0}, {0, 0.7}, 80, CurveStyle::kAscii), "@_");
  EXPECT_EQ(DrawCurve({0.4, 0.4}, {0, 0.7}, 80, CurveStyle::kAscii), "++");
}

TEST(CurveTest, MoreValuesThanColumnsBecomeMeans) {
  EXPECT_EQ(DrawCurve({0, 2, 6, 8, 14, 14}, {0, 14}, 3, CurveStyle::kAscii),
            ".+@");
  for (int count = 1; count < 40; ++count) {
    const std::vector<double> values(count, 1);
    EXPECT_EQ(DrawCurve(values, {0, 1}, 7, CurveStyle::kAscii),
              std::string(std::min(count, 7), '@'));
  }
}

TEST(CurveTest, AFlatCurveLiesAtTheBottom) {
  EXPECT_EQ(DrawCurve({0.5, 0.5}, {0.5, 0.5}, 80, CurveStyle::kAscii), "__");
}

TEST(CurveTest, WhatIsNoNumberIsMarkedAndLeavesTheRange) {
  const std::vector<double> values = {0, kNan, 7, kInfinity, -kInfinity};
  const auto range = RangeOf(values);
  ASSERT_TRUE(range.has_value());
  EXPECT_EQ(range->low, 0);
  EXPECT_EQ(range->high, 7);
  EXPECT_EQ(DrawCurve(values, *range, 80, CurveStyle::kAscii), "_x@xx");
  EXPECT_FALSE(RangeOf({kNan}).has_value());
  EXPECT_FALSE(RangeOf({}).has_value());
}

TEST(CurveTest, NoRoomIsNoCurve) {
  EXPECT_EQ(DrawCurve({1, 2}, {1, 2}, 0, CurveStyle::kAscii), "");
  EXPECT_EQ(DrawCurve({1, 2}, {1, 2}, -5, CurveStyle::kAscii), "");
  EXPECT_EQ(DrawCurve({}, {1, 2}, 10, CurveStyle::kAscii), "");
}

}  // namespace
}  // namespace carousel::client
