#include "client/cli/format.h"

#include "gtest/gtest.h"

namespace carousel::client {
namespace {

TEST(FormatCountTest, SeparatesThousands) {
  EXPECT_EQ(FormatCount(0), "0");
  EXPECT_EQ(FormatCount(999), "999");
  EXPECT_EQ(FormatCount(1000), "1,000");
  EXPECT_EQ(FormatCount(1234567), "1,234,567");
  EXPECT_EQ(FormatCount(-999), "-999");
  EXPECT_EQ(FormatCount(-123456), "-123,456");
}

TEST(FormatBytesTest, PicksTheUnit) {
  EXPECT_EQ(FormatBytes(1023), "1023 bytes");
  EXPECT_EQ(FormatBytes(1024), "1.0 KiB");
  EXPECT_EQ(FormatBytes((1 << 20) - 1), "1.0 MiB");
  EXPECT_EQ(FormatBytes(3 << 19), "1.5 MiB");
  EXPECT_EQ(FormatBytes(std::int64_t{5} << 50), "5120.0 TiB");
}

TEST(FormatSecondsTest, GrowsCoarser) {
  EXPECT_EQ(FormatSeconds(0.04), "0.0s");
  EXPECT_EQ(FormatSeconds(9.94), "9.9s");
  EXPECT_EQ(FormatSeconds(9.96), "10s");
  EXPECT_EQ(FormatSeconds(59.4), "59s");
  EXPECT_EQ(FormatSeconds(59.6), "1m00s");
  EXPECT_EQ(FormatSeconds(3725), "1h02m");
}

TEST(FormatTimestampTest, IsInUtc) {
  google::protobuf::Timestamp time;
  time.set_seconds(1'700'000'000);
  time.set_nanos(999'999'999);
  EXPECT_EQ(FormatTimestamp(time), "2023-11-14 22:13:20 UTC");
}

TEST(DisplayWidthTest, CountsCharactersNotBytes) {
  EXPECT_EQ(DisplayWidth(""), 0);
  EXPECT_EQ(DisplayWidth("na\xC3\xAFve"), 5);
}

TEST(ShortTextTest, KeepsWhatFits) {
  EXPECT_EQ(ShortText("exactly ten", 11), "exactly ten");
  EXPECT_EQ(ShortText("", 10), "");
}

TEST(ShortTextTest, CutsBetweenCharacters) {
  EXPECT_EQ(ShortText("a longer line", 10), "a longe...");
  EXPECT_EQ(ShortText("\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9\xC3\xA9", 5),
            "\xC3\xA9\xC3\xA9...");
}

TEST(ShortTextTest, IsOneLineOfUtf8WhateverTheText) {
  EXPECT_EQ(ShortText("a\nb\tc\x1B[31m", 20), "a b c [31m");
  EXPECT_EQ(ShortText("bad \xFF\xC3 bytes", 20), "bad ?? bytes");
}

}  // namespace
}  // namespace carousel::client
