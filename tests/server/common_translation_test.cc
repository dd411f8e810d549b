#include "server/common_translation.h"

#include <string>

#include "gtest/gtest.h"

namespace carousel {
namespace {

TEST(EscapeUnlessUtf8Test, LeavesUtf8AsItIs) {
  for (const std::string text : {"", "plain \\x41", "caf\xc3\xa9\n"}) {
    EXPECT_EQ(EscapeUnlessUtf8(text), text);
  }
}

TEST(EscapeUnlessUtf8Test, EscapesWhatNoProtoStringMayHold) {
  EXPECT_EQ(EscapeUnlessUtf8("at \xff"), "at \\xff");
  EXPECT_EQ(EscapeUnlessUtf8("cut \xc3"), "cut \\xc3");
}

TEST(ToProtoTest, ATimeBeforeTheEpochHasNanosecondsThatCountForward) {
  const auto timestamp = ToProto(absl::UnixEpoch() - absl::Milliseconds(1500));
  EXPECT_EQ(timestamp.seconds(), -2);
  EXPECT_EQ(timestamp.nanos(), 500'000'000);
}

}  // namespace
}  // namespace carousel
