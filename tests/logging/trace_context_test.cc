#include "logging/trace_context.h"

#include <optional>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carousel {
namespace {

using ::testing::MatchesRegex;
using ::testing::Optional;

// The example of the specification.
const char kTrace[] = "4bf92f3577b34da6a3ce929d0e0e4736";
const char kSpan[] = "00f067aa0ba902b7";
const char kTraceparent[] =
    "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

TEST(ParseTraceparentTest, ReadsTheSpecificationsExample) {
  const TraceContext expected{
      .trace_id = kTrace, .span_id = kSpan, .flags = "01"};
  EXPECT_THAT(ParseTraceparent(kTraceparent), Optional(expected));
  EXPECT_EQ(expected.ToTraceparent(), kTraceparent);
}

TEST(ParseTraceparentTest, ALaterVersionMayAddAtItsEnd) {
  const std::string later = "cc" + std::string(kTraceparent).substr(2);
  EXPECT_TRUE(ParseTraceparent(later).has_value());
  EXPECT_TRUE(ParseTraceparent(later + "-what-comes").has_value());
  EXPECT_FALSE(ParseTraceparent(later + ".what-comes").has_value());
}

TEST(ParseTraceparentTest, WhatIsMalformedIsNone) {
  const std::string good = kTraceparent;
  for (const std::string& text : {
           std::string(),
           good.substr(0, 54),
           good + "-",
           good + "0",
           "ff" + good.substr(2),
           "0x" + good.substr(2),
           "00_" + good.substr(3),
           "00-4BF92F3577B34DA6A3CE929D0E0E4736" + good.substr(35),
           "00-" + std::string(32, '0') + good.substr(35),
           good.substr(0, 36) + std::string(16, '0') + "-01",
           good.substr(0, 53) + "0g",
       }) {
    EXPECT_FALSE(ParseTraceparent(text).has_value()) << text;
  }
}

TEST(ContinueTraceTest, KeepsTheTraceAndMakesASpan) {
  const TraceContext trace = ContinueTrace(kTraceparent);
  EXPECT_EQ(trace.trace_id, kTrace);
  EXPECT_EQ(trace.flags, "01");
  EXPECT_NE(trace.span_id, kSpan);
  EXPECT_THAT(ParseTraceparent(trace.ToTraceparent()), Optional(trace));
}

TEST(ContinueTraceTest, BeginsOneWhereThereIsNone) {
  const TraceContext trace = ContinueTrace("nonsense");
  EXPECT_THAT(ParseTraceparent(trace.ToTraceparent()), Optional(trace));
  EXPECT_EQ(trace.flags, "00");
  EXPECT_NE(ContinueTrace("nonsense").trace_id, trace.trace_id);
}

TEST(MakeIdTest, MakesAnotherEachTime) {
  const std::string id = MakeId();
  EXPECT_THAT(id, MatchesRegex("[0-9a-f]+"));
  EXPECT_EQ(id.size(), 16);
  EXPECT_NE(MakeId(), id);
}

}  // namespace
}  // namespace carousel
