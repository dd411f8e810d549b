#include "client/waiter.h"

#include <chrono>
#include <stop_token>

#include "gtest/gtest.h"

namespace carousel::client {
namespace {

TEST(RealWaiterTest, WaitsAtLeastAsLongAsItIsTold) {
  RealWaiter waiter;
  const auto begin = std::chrono::steady_clock::now();
  waiter.Wait(absl::Milliseconds(5), std::stop_token());
  EXPECT_GE(std::chrono::steady_clock::now() - begin,
            std::chrono::milliseconds(5));
}

TEST(RealWaiterTest, AStopEndsAnEndlessWait) {
  RealWaiter waiter;
  std::stop_source stop;
  stop.request_stop();
  waiter.Wait(absl::Hours(1000), stop.get_token());  // returns
}

TEST(RealWaiterTest, TimeThatIsPastIsNotWaitedFor) {
  RealWaiter waiter;
  waiter.Wait(-absl::Hours(1000), std::stop_token());  // returns
}

}  // namespace
}  // namespace carousel::client
