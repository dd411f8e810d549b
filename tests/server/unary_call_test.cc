#include "server/unary_call.h"

#include <new>
#include <stdexcept>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::HasSubstr;

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
