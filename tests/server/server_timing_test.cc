#include "server/server_timing.h"

#include <chrono>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carousel {
namespace {

using ::testing::MatchesRegex;

TEST(ServerTimingTest, IsTheHeaderOfTheSpecification) {
  ServerTiming timing;
  timing.Lap("queue");
  timing.Add("forward", std::chrono::microseconds(1500));
  EXPECT_THAT(timing.ToString(),
              MatchesRegex("queue;dur=[0-9]+\\.[0-9]{3}, forward;dur=1\\.500, "
                           "total;dur=[0-9]+\\.[0-9]{3}"));
}

TEST(ServerTimingTest, OfACallThatDidNothingThereIsTheTotal) {
  EXPECT_THAT(ServerTiming().ToString(), MatchesRegex("total;dur=[0-9.]+"));
}

}  // namespace
}  // namespace carousel
