#include "core/jobs/watch_hub.h"

#include <atomic>
#include <future>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/jobs/event_log.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;

EpochRecord Epoch(std::int64_t epoch) { return {.epoch = epoch}; }

JobProgress Progress(std::int64_t epoch, std::int64_t batch) {
  return {.worker = {.epoch = epoch, .batch = batch}};
}

JobRecord Job(const std::string& id) {
  JobRecord job;
  job.job = id;
  job.state = JobState::kSucceeded;
  return job;
}

TEST(WatchHubTest, PutsThePastBeforeWhatComesAndTheJobLast) {
  EventLog log;
  WatchHub hub(2);
  hub.Add("a", 0, {Epoch(1), Epoch(2)}, log.sink());
  hub.Post("a", Epoch(3));
  hub.Post("a", Job("a"));
  EXPECT_EQ(log.AwaitLast().job, "a");
  EXPECT_THAT(log.epochs(), ElementsAre(1, 2, 3));
}

TEST(WatchHubTest, LeavesOutEpochsThatTheWatcherHas) {
  EventLog log;
  WatchHub hub(2);
  hub.Add("a", 1, {Epoch(1), Epoch(2)}, log.sink());
  hub.Post("a", Epoch(2));  // told again by a resumed worker
  hub.Post("a", Epoch(3));
  hub.Post("a", Epoch(3));
  hub.Post("a", Job("a"));
  log.AwaitLast();
  EXPECT_THAT(log.epochs(), ElementsAre(2, 3));
}

TEST(WatchHubTest, TellsTheWatchersOfAJobAlone) {
  EventLog a, b;
  WatchHub hub(2);
  hub.Add("a", 0, {}, a.sink());
  hub.Add("b", 0, {}, b.sink());
  hub.Post("a", Epoch(1));
  hub.Post("a", Job("a"));
  hub.Post("b", Job("b"));
  EXPECT_EQ(a.AwaitLast().job, "a");
  EXPECT_EQ(b.AwaitLast().job, "b");
  EXPECT_THAT(b.epochs(), ElementsAre());
}

TEST(WatchHubTest, NothingFollowsTheLastEvent) {
  EventLog log;
  {
    WatchHub hub(1);
    hub.Add("a", 0, {}, log.sink());
    hub.Post("a", Job("a"));
    hub.Post("a", Epoch(1));
    hub.Post("a", Job("a"));
    EXPECT_THAT(hub.WatchedJobs(), ElementsAre());
  }
  EXPECT_TRUE(log.has_ended());
  EXPECT_EQ(log.late_events(), 0);
}

TEST(WatchHubTest, NamesTheJobsThatAreWatched) {
  EventLog a, b;
  WatchHub hub(1);
  const std::int64_t watch = hub.Add("a", 0, {}, a.sink());
  hub.Add("b", 0, {}, b.sink());
  EXPECT_THAT(hub.WatchedJobs(), ElementsAre("a", "b"));
  hub.Remove(watch);
  EXPECT_THAT(hub.WatchedJobs(), ElementsAre("b"));
}

// A sink that stays in its first call until the test lets it go.
class HeldSink {
 public:
  JobSink sink() {
    return [this](const JobEvent& event) {
      if (calls_++ == 0) {
        entered_.set_value();
        released_.get_future().wait();
      }
      events_.push_back(event);
      has_left_ = true;
    };
  }
  void AwaitEntered() { entered_.get_future().wait(); }
  void Release() { released_.set_value(); }
  bool has_left() const { return has_left_; }
  int calls() const { return calls_; }
  // Of the hub's threads until the hub is gone.
  const std::vector<JobEvent>& events() const { return events_; }

 private:
  std::atomic<int> calls_ = 0;
  std::atomic<bool> has_left_ = false;
  std::promise<void> entered_, released_;
  std::vector<JobEvent> events_;
};

TEST(WatchHubTest, AWatcherThatHoldsUpItsCallHoldsUpNobodyElse) {
  HeldSink held;
  EventLog log;
  WatchHub hub(2);
  hub.Add("a", 0, {}, held.sink());
  hub.Add("a", 0, {}, log.sink());
  hub.Post("a", Epoch(1));
  held.AwaitEntered();
  hub.Post("a", Epoch(2));
  hub.Post("a", Job("a"));
  log.AwaitLast();
  EXPECT_THAT(log.epochs(), ElementsAre(1, 2));
  EXPECT_FALSE(held.has_left());
  held.Release();
}

TEST(WatchHubTest, NewerProgressReplacesWhatNobodyHasFetched) {
  HeldSink held;
  {
    WatchHub hub(1);
    hub.Add("a", 0, {}, held.sink());
    hub.Post("a", Epoch(1));
    held.AwaitEntered();
    for (std::int64_t batch = 1; batch <= 1000; ++batch) {
      hub.Post("a", Progress(2, batch));
    }
    hub.Post("a", Epoch(2));
    hub.Post("a", Progress(3, 1));
    held.Release();
  }
  ASSERT_EQ(held.events().size(), 4);
  EXPECT_EQ(std::get<EpochRecord>(held.events()[0]).epoch, 1);
  EXPECT_EQ(std::get<JobProgress>(held.events()[1]).worker.batch, 1000);
  EXPECT_EQ(std::get<EpochRecord>(held.events()[2]).epoch, 2);
  EXPECT_EQ(std::get<JobProgress>(held.events()[3]).worker.epoch, 3);
}

TEST(WatchHubTest, ANewerStageReplacesTheOldOneAndItsProgress) {
  HeldSink held;
  {
    WatchHub hub(1);
    hub.Add("a", 0, {}, held.sink());
    hub.Post("a", Epoch(1));
    held.AwaitEntered();
    hub.Post("a", WorkerStage{"training"});
    hub.Post("a", Progress(2, 1));
    hub.Post("a", WorkerStage{"validating"});
    hub.Post("a", Epoch(2));
    hub.Post("a", WorkerStage{"training"});
    hub.Post("a", Progress(3, 1));
    hub.Post("a", Progress(3, 2));
    held.Release();
  }
  ASSERT_EQ(held.events().size(), 5);
  EXPECT_EQ(std::get<WorkerStage>(held.events()[1]).stage, "validating");
  EXPECT_EQ(std::get<EpochRecord>(held.events()[2]).epoch, 2);
  EXPECT_EQ(std::get<WorkerStage>(held.events()[3]).stage, "training");
  EXPECT_EQ(std::get<JobProgress>(held.events()[4]).worker.batch, 2);
}

TEST(WatchHubTest, RemoveWaitsForTheCallAtHandAndNoneFollows) {
  HeldSink held;
  WatchHub hub(2);
  const std::int64_t watch = hub.Add("a", 0, {}, held.sink());
  hub.Post("a", Epoch(1));
  hub.Post("a", Epoch(2));
  held.AwaitEntered();
  std::thread remover([&] {
    hub.Remove(watch);
    EXPECT_TRUE(held.has_left());
  });
  // The watch counts as removed from the moment Remove() begins to wait.
  while (!hub.WatchedJobs().empty()) std::this_thread::yield();
  held.Release();
  remover.join();
  hub.Post("a", Epoch(3));
  EXPECT_EQ(held.calls(), 1);
}

TEST(WatchHubTest, ASinkMayRemoveItsOwnWatch) {
  std::atomic<int> calls = 0;
  std::promise<std::int64_t> id;
  std::shared_future<std::int64_t> watch = id.get_future().share();
  std::promise<void> removed;
  {
    WatchHub hub(1);
    id.set_value(hub.Add("a", 0, {}, [&](const JobEvent&) {
      ++calls;
      hub.Remove(watch.get());
      removed.set_value();
    }));
    hub.Post("a", Epoch(1));
    hub.Post("a", Epoch(2));
    removed.get_future().wait();
  }
  EXPECT_EQ(calls, 1);
}

TEST(WatchHubTest, RemovingWhatIsOverIsNothing) {
  EventLog log;
  WatchHub hub(1);
  const std::int64_t watch = hub.Add("a", 0, {}, log.sink());
  hub.Post("a", Job("a"));
  log.AwaitLast();
  hub.Remove(watch);
  hub.Remove(watch);
  hub.Remove(12345);
}

}  // namespace
}  // namespace carousel
