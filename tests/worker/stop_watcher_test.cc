#include "worker/stop_watcher.h"

#include <signal.h>
#include <sys/socket.h>

#include <cstdlib>
#include <functional>
#include <future>
#include <memory>
#include <stop_token>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "worker/unique_fd.h"

namespace carousel {
namespace {

class StopWatcherTest : public ::testing::Test {
 protected:
  StopWatcherTest() {
    HoldStopSignals();
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) std::abort();
    ours_ = UniqueFd(ends[0]);
    servers_ = UniqueFd(ends[1]);
  }

  // Watches, lets `end` happen and waits for the stop.
  void ExpectStopAfter(const std::function<void()>& end) {
    std::stop_source stop;
    std::promise<void> stopped;
    const std::stop_callback on_stop(stop.get_token(),
                                     [&] { stopped.set_value(); });
    ASSERT_OK_AND_ASSIGN(const auto watcher,
                         StopWatcher::Create(ours_.get(), stop));
    EXPECT_FALSE(stop.stop_requested());
    end();
    stopped.get_future().wait();
  }

  UniqueFd ours_, servers_;
};

TEST_F(StopWatcherTest, StopsWhenTheServerClosesItsDirection) {
  ExpectStopAfter([&] { shutdown(servers_.get(), SHUT_WR); });
}

TEST_F(StopWatcherTest, StopsWhenTheServerIsGone) {
  ExpectStopAfter([&] { servers_ = UniqueFd(); });
}

TEST_F(StopWatcherTest, AHangupIsNotForAWorker) {
  EXPECT_EQ(kill(getpid(), SIGHUP), 0);  // and it lives on
}

TEST_F(StopWatcherTest, StopsOnSignals) {
  for (const int signal : {SIGTERM, SIGINT}) {
    ExpectStopAfter([&] { kill(getpid(), signal); });
    // Taken by nobody, it would stop the next one as well.
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, signal);
    int taken = 0;
    ASSERT_EQ(sigwait(&signals, &taken), 0);
  }
}

TEST_F(StopWatcherTest, EndsWithoutAStop) {
  std::stop_source stop;
  {
    ASSERT_OK_AND_ASSIGN(const auto watcher,
                         StopWatcher::Create(ours_.get(), stop));
  }
  EXPECT_FALSE(stop.stop_requested());
}

}  // namespace
}  // namespace carousel
