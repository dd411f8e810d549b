#include "core/base/validation_score.h"

#include <gtest/gtest.h>

#include <limits>

namespace carousel {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

TEST(ValidationScoreTest, AccuracyDecidesFirst) {
  EXPECT_TRUE(IsBetter({.accuracy = 0.9, .loss = 2}, {.accuracy = 0.8}));
  EXPECT_FALSE(IsBetter({.accuracy = 0.8}, {.accuracy = 0.9, .loss = 2}));
}

TEST(ValidationScoreTest, ATieIsTheLowerLoss) {
  EXPECT_TRUE(
      IsBetter({.accuracy = 0.9, .loss = 1}, {.accuracy = 0.9, .loss = 2}));
  EXPECT_FALSE(
      IsBetter({.accuracy = 0.9, .loss = 2}, {.accuracy = 0.9, .loss = 1}));
  EXPECT_FALSE(
      IsBetter({.accuracy = 0.9, .loss = 1}, {.accuracy = 0.9, .loss = 1}));
}

TEST(ValidationScoreTest, WhatDivergedIsNeverBetter) {
  EXPECT_FALSE(IsBetter({.accuracy = kNaN, .loss = 1}, {.accuracy = 0}));
  EXPECT_FALSE(
      IsBetter({.accuracy = 0.9, .loss = kNaN}, {.accuracy = 0.9, .loss = 1}));
}

}  // namespace
}  // namespace carousel
