#include "core/base/stoppable_source.h"

#include <memory>
#include <stop_token>
#include <string>

#include "core/base/byte_source.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

TEST(StoppableSourceTest, GivesTheBytesUntilItIsStopped) {
  const std::unique_ptr<ByteSource> bytes = MakeMemorySource("abcdef");
  std::stop_source stop;
  StoppableSource source(*bytes, stop.get_token());
  std::string buffer(3, '\0');
  EXPECT_THAT(source.Read(buffer.data(), buffer.size()), IsOkAndHolds(3));
  EXPECT_EQ(buffer, "abc");
  ASSERT_NE(source.Map(), nullptr);
  EXPECT_EQ(source.Map()->bytes(), "abcdef");
  EXPECT_OK(source.CheckWanted());
  stop.request_stop();
  EXPECT_THAT(source.CheckWanted(), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(source.Read(buffer.data(), buffer.size()),
              StatusIs(absl::StatusCode::kCancelled));
}

}  // namespace
}  // namespace carousel
