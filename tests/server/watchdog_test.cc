#include "server/watchdog.h"

#include <chrono>
#include <future>

#include "gtest/gtest.h"

namespace carousel {
namespace {

using std::chrono::steady_clock;

TEST(WatchdogTest, CallsWhenItsTimeIsUp) {
  std::promise<void> expired;
  const Watchdog watchdog(steady_clock::now(), [&] { expired.set_value(); });
  expired.get_future().wait();
}

TEST(WatchdogTest, DoesNotCallWhenItGoesInTime) {
  bool expired = false;
  {
    const Watchdog watchdog(steady_clock::now() + std::chrono::hours(1),
                            [&] { expired = true; });
  }
  EXPECT_FALSE(expired);
}

TEST(WatchdogTest, WaitsForItsCall) {
  std::promise<void> begun;
  std::promise<void> may_end;
  bool ended = false;
  {
    const Watchdog watchdog(steady_clock::now(), [&] {
      begun.set_value();
      may_end.get_future().wait();
      ended = true;
    });
    begun.get_future().wait();
    may_end.set_value();
  }
  EXPECT_TRUE(ended);
}

}  // namespace
}  // namespace carousel
