#include "core/base/clock.h"

#include "tests/support/fake_clock.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::HasSubstr;

TEST(FormatRfc3339Test, WritesRfc3339InUtcWithMicroseconds) {
  EXPECT_EQ(FormatRfc3339(absl::UnixEpoch()), "1970-01-01T00:00:00.000000Z");
  EXPECT_EQ(FormatRfc3339(absl::FromUnixMicros(1'700'000'000'000'001)),
            "2023-11-14T22:13:20.000001Z");
}

TEST(ParseRfc3339Test, ReadsWhatFormatRfc3339Writes) {
  for (const std::int64_t microseconds :
       {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1},
        std::int64_t{1'700'000'000'123'456}}) {
    const absl::Time time = absl::FromUnixMicros(microseconds);
    EXPECT_THAT(ParseRfc3339(FormatRfc3339(time)), IsOkAndHolds(time));
  }
}

TEST(ParseRfc3339Test, ReadsOtherOffsets) {
  EXPECT_THAT(ParseRfc3339("1970-01-01T02:00:00+02:00"),
              IsOkAndHolds(absl::UnixEpoch()));
}

TEST(ParseRfc3339Test, RefusesAllElse) {
  for (const char* text :
       {"", "yesterday", "1970-01-01", "1970-13-01T0:0:0Z"}) {
    EXPECT_THAT(ParseRfc3339(text), StatusIs(absl::StatusCode::kInvalidArgument,
                                             HasSubstr("RFC 3339")))
        << text;
  }
}

TEST(ClockTest, TheRealSteadyTimeNeverGoesBack) {
  const Clock& clock = Clock::Real();
  auto last = clock.SteadyNow();
  for (int i = 0; i < 1000; ++i) {
    const auto now = clock.SteadyNow();
    ASSERT_GE(now, last);
    last = now;
  }
}

TEST(ClockTest, TheRealTimeIsTheCalendars) {
  EXPECT_GT(Clock::Real().Now(), absl::FromUnixSeconds(1'700'000'000));
}

TEST(FakeClockTest, StandsStillUntilTold) {
  FakeClock clock;
  const absl::Time now = clock.Now();
  const auto steady_now = clock.SteadyNow();
  EXPECT_EQ(clock.Now(), now);
  clock.Advance(absl::Seconds(5));
  EXPECT_EQ(clock.Now() - now, absl::Seconds(5));
  EXPECT_EQ(clock.SteadyNow() - steady_now, std::chrono::seconds(5));
  clock.SetNow(absl::UnixEpoch());
  EXPECT_EQ(clock.Now(), absl::UnixEpoch());
  EXPECT_EQ(clock.SteadyNow() - steady_now, std::chrono::seconds(5));
}

}  // namespace
}  // namespace carousel
