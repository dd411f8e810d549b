#include "core/nn/can_stream.h"

#include "core/base/error_details.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using enum absl::StatusCode;

TEST(CanStreamTest, WhatReadsForwardFromTheBeginningCan) {
  ModelConfig config = {.truncation = Truncation::kHead, .layers = 2};
  for (const Pooling pooling :
       {Pooling::kLast, Pooling::kMax, Pooling::kMean, Pooling::kConcat}) {
    config.pooling = pooling;
    EXPECT_OK(CheckCanStream(config));
  }
}

TEST(CanStreamTest, SaysAllThatNeedsATextsEnd) {
  ModelConfig config = {.truncation = Truncation::kHead, .bidirectional = true};
  EXPECT_THAT(CheckCanStream(config),
              StatusIs(kFailedPrecondition, AllOf(HasSubstr("bidirectional"),
                                                  Not(HasSubstr("truncate")))));
  config.truncation = Truncation::kTail;
  const absl::Status both = CheckCanStream(config);
  EXPECT_THAT(both, StatusIs(kFailedPrecondition,
                             AllOf(HasSubstr("bidirectional"),
                                   HasSubstr("truncate is tail"),
                                   HasSubstr("preset streaming"))));
  EXPECT_EQ(GetReason(both), "NOT_STREAMABLE");
  config.bidirectional = false;
  config.truncation = Truncation::kHeadTail;
  EXPECT_THAT(CheckCanStream(config),
              StatusIs(kFailedPrecondition, HasSubstr("head_tail")));
}

}  // namespace
}  // namespace carousel
