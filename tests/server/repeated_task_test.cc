#include "server/repeated_task.h"

#include <chrono>
#include <future>

#include "gtest/gtest.h"

namespace carousel {
namespace {

using std::chrono::hours;
using std::chrono::nanoseconds;

TEST(RepeatedTaskTest, RunsAgainAndAgain) {
  std::promise<void> third;
  int count = 0;
  const RepeatedTask task(nanoseconds(1), [&] {
    if (++count == 3) third.set_value();
  });
  third.get_future().wait();
}

TEST(RepeatedTaskTest, EndsInTheMiddleOfAPause) {
  bool ran = false;
  {
    const RepeatedTask task(hours(1000), [&] { ran = true; });
  }
  EXPECT_FALSE(ran);
}

}  // namespace
}  // namespace carousel
