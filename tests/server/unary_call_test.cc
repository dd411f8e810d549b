#include "server/unary_call.h"

#include <chrono>
#include <new>
#include <stdexcept>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using std::chrono::system_clock;
using ::testing::HasSubstr;

TEST(ExplainStopTest, WorkStoppedByItsDeadlineSaysSo) {
  EXPECT_THAT(ExplainStop(absl::CancelledError("stopped"),
                          system_clock::now() - std::chrono::seconds(1)),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST(ExplainStopTest, WorkStoppedByItsCallerStaysCancelled) {
  EXPECT_THAT(ExplainStop(absl::CancelledError("stopped"),
                          system_clock::time_point::max()),
              StatusIs(absl::StatusCode::kCancelled));
}

TEST(ExplainStopTest, AnotherErrorIsNotTheDeadlines) {
  const system_clock::time_point past =
      system_clock::now() - std::chrono::seconds(1);
  EXPECT_THAT(ExplainStop(absl::NotFoundError("no model"), past),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_OK(ExplainStop(absl::OkStatus(), past));
}

TEST(RunGuardedTest, GivesTheStatusOfTheWork) {
  EXPECT_OK(RunGuarded([] { return absl::OkStatus(); }));
  EXPECT_THAT(RunGuarded([] { return absl::NotFoundError("no model"); }),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST(RunGuardedTest, MemoryThatRunsOutEndsTheCallAlone) {
  EXPECT_THAT(RunGuarded([]() -> absl::Status { throw std::bad_alloc(); }),
              StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST(RunGuardedTest, AnExceptionEndsTheCallAlone) {
  EXPECT_THAT(
      RunGuarded([]() -> absl::Status { throw std::runtime_error("a bug"); }),
      StatusIs(absl::StatusCode::kInternal, HasSubstr("a bug")));
}

}  // namespace
}  // namespace carousel
