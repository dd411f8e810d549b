#include "core/jobs/stall_watch.h"

#include <chrono>

#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "tests/support/fake_clock.h"

namespace carousel {
namespace {

class StallWatchTest : public ::testing::Test {
 protected:
  StallRule Rule(std::chrono::seconds limit) const {
    return {.limit = limit, .clock = &clock_};
  }

  FakeClock clock_;
};

TEST_F(StallWatchTest, SilenceForTheWholeLimitIsAStall) {
  const StallWatch watch(Rule(std::chrono::seconds(10)));
  EXPECT_FALSE(watch.IsStalled());
  clock_.Advance(absl::Milliseconds(9999));
  EXPECT_FALSE(watch.IsStalled());
  clock_.Advance(absl::Milliseconds(1));
  EXPECT_TRUE(watch.IsStalled());
}

TEST_F(StallWatchTest, AnEventBreaksTheSilence) {
  StallWatch watch(Rule(std::chrono::seconds(10)));
  for (int event = 0; event < 3; ++event) {
    clock_.Advance(absl::Seconds(9));
    EXPECT_FALSE(watch.IsStalled());
    watch.OnEventBegins();
    watch.OnEventEnds();
  }
  clock_.Advance(absl::Seconds(10));
  EXPECT_TRUE(watch.IsStalled());
}

TEST_F(StallWatchTest, TheTimeThatAnEventTakesIsNotTheWorkers) {
  StallWatch watch(Rule(std::chrono::seconds(10)));
  watch.OnEventBegins();
  clock_.Advance(absl::Hours(1));
  EXPECT_FALSE(watch.IsStalled());
  watch.OnEventEnds();
  EXPECT_FALSE(watch.IsStalled());
  clock_.Advance(absl::Seconds(10));
  EXPECT_TRUE(watch.IsStalled());
}

TEST_F(StallWatchTest, TheCalendarMayJump) {
  const StallWatch watch(Rule(std::chrono::seconds(10)));
  clock_.SetNow(clock_.Now() + absl::Hours(24));
  EXPECT_FALSE(watch.IsStalled());
  clock_.SetNow(clock_.Now() - absl::Hours(48));
  clock_.Advance(absl::Seconds(10));
  EXPECT_TRUE(watch.IsStalled());
}

TEST_F(StallWatchTest, WithoutALimitSilenceIsNoStall) {
  const StallWatch watch(Rule(std::chrono::seconds(0)));
  clock_.Advance(absl::Hours(1000));
  EXPECT_FALSE(watch.IsStalled());
}

}  // namespace
}  // namespace carousel
