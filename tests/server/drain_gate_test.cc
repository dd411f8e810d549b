#include "server/drain_gate.h"

#include <chrono>
#include <thread>

#include "core/base/error_details.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using std::chrono::steady_clock;

// Long enough for any machine; reached only by a test that fails.
steady_clock::time_point FarAway() {
  return steady_clock::now() + std::chrono::minutes(5);
}

TEST(DrainGateTest, AdmitsUntilItIsClosed) {
  DrainGate gate;
  EXPECT_OK(gate.Admit());
  gate.Close();
  const absl::Status refused = gate.Admit();
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(GetReason(refused), "DRAINING");
}

TEST(DrainGateTest, IsIdleWithoutCalls) {
  DrainGate gate;
  EXPECT_TRUE(gate.WaitUntilIdle(steady_clock::now()));
}

TEST(DrainGateTest, GivesUpAtTheDeadline) {
  DrainGate gate;
  gate.CallBegan();
  EXPECT_FALSE(gate.WaitUntilIdle(steady_clock::now()));
}

TEST(DrainGateTest, WaitsForTheLastCall) {
  DrainGate gate;
  gate.CallBegan();
  gate.CallBegan();
  gate.CallEnded();
  std::thread last([&gate] { gate.CallEnded(); });
  EXPECT_TRUE(gate.WaitUntilIdle(FarAway()));
  last.join();
}

}  // namespace
}  // namespace carousel
