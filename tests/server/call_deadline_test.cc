#include "server/call_deadline.h"

#include <chrono>

#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr CallDeadline::Time kBegan(seconds(1'700'000'000));

absl::Status Stopped() { return absl::CancelledError("stopped"); }

TEST(CallDeadlineTest, WorkStoppedByItsDeadlineSaysSo) {
  const CallDeadline deadline(kBegan, kBegan + seconds(10));
  EXPECT_THAT(deadline.Explain(Stopped(), kBegan + seconds(10)),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST(CallDeadlineTest, TheDeadlineOfTheCallersClockIsALittleEarlier) {
  const CallDeadline deadline(kBegan, kBegan + seconds(10));
  EXPECT_THAT(deadline.Explain(Stopped(), kBegan + milliseconds(9900)),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  const CallDeadline near(kBegan, kBegan + milliseconds(1));
  EXPECT_THAT(near.Explain(Stopped(), kBegan),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST(CallDeadlineTest, WorkStoppedByItsCallerStaysCancelled) {
  const CallDeadline deadline(kBegan, kBegan + seconds(10));
  EXPECT_THAT(deadline.Explain(Stopped(), kBegan + seconds(9)),
              StatusIs(absl::StatusCode::kCancelled));
  const CallDeadline none(kBegan, CallDeadline::Time::max());
  EXPECT_THAT(none.Explain(Stopped(), kBegan + std::chrono::hours(1000)),
              StatusIs(absl::StatusCode::kCancelled));
}

TEST(CallDeadlineTest, AnotherEndIsNotTheDeadlines) {
  const CallDeadline deadline(kBegan, kBegan + seconds(10));
  const CallDeadline::Time later = kBegan + seconds(11);
  EXPECT_THAT(deadline.Explain(absl::NotFoundError("no model"), later),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_OK(deadline.Explain(absl::OkStatus(), later));
}

}  // namespace
}  // namespace carousel
