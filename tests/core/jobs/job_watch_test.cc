// Watching jobs while they run.
#include <future>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "tests/core/jobs/jobs_fixture.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;

class JobWatchTest : public JobsFixture {};

TEST_F(JobWatchTest, ALateWatcherHearsThePastFirst) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  const auto worker = launcher_.Next();
  worker->TellEpochs(1, 3);
  EventLog all, some;
  Watch(job, all);
  Watch(job, some, /*after_epoch=*/2);
  worker->TellEpochs(4, 4);
  worker->TellDone();
  worker->ExitCleanly();
  all.AwaitLast();
  some.AwaitLast();
  EXPECT_THAT(all.epochs(), ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(some.epochs(), ElementsAre(3, 4));
}

TEST_F(JobWatchTest, AWatcherOfAJobThatIsOverHearsAllOfIt) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  const auto worker = launcher_.Next();
  worker->TellEpochs(1, 2);
  worker->Tell(WorkerFailed{"the loss is nan"});
  worker->ExitCleanly();
  observer_.AwaitFreed(1);
  EventLog log;
  Watch(job, log);
  EXPECT_EQ(log.AwaitLast().error, "the loss is nan");
  EXPECT_THAT(log.epochs(), ElementsAre(1, 2));
}

TEST_F(JobWatchTest, AnUnknownJobCannotBeWatched) {
  StartRunner(PatientOptions());
  EventLog log;
  EXPECT_THAT(runner_->Watch("job-none", 0, log.sink()),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(JobWatchTest, EveryWatcherHearsEveryEpochOnceWheneverItCame) {
  constexpr std::int64_t kEpochs = 40;
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  const auto worker = launcher_.Next();
  std::vector<std::unique_ptr<EventLog>> logs;
  std::thread playing([&] {
    worker->TellEpochs(1, kEpochs);
    worker->TellDone();
    worker->ExitCleanly();
  });
  // Until the job is over, so that some come before, some between and some
  // after its epochs.
  do {
    logs.push_back(std::make_unique<EventLog>());
    Watch(job, *logs.back());
  } while (!IsTerminal(Stored(job).state));
  playing.join();
  std::vector<std::int64_t> expected;
  for (std::int64_t epoch = 1; epoch <= kEpochs; ++epoch) {
    expected.push_back(epoch);
  }
  for (const auto& log : logs) {
    EXPECT_EQ(log->AwaitLast().state, JobState::kSucceeded);
    EXPECT_THAT(log->epochs(), ElementsAreArray(expected));
  }
}

TEST_F(JobWatchTest, AWatcherThatHangsHoldsUpNeitherTheJobNorOthers) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  const auto worker = launcher_.Next();
  std::promise<void> entered, released;
  bool is_first = true;
  ASSERT_OK(runner_->Watch(job, 0, [&](const JobEvent&) {
    if (!std::exchange(is_first, false)) return;
    entered.set_value();
    released.get_future().wait();
  }));
  EventLog log;
  Watch(job, log);
  worker->TellEpochs(1, 1);
  entered.get_future().wait();
  worker->TellEpochs(2, 3);
  worker->TellDone();
  worker->ExitCleanly();
  EXPECT_EQ(log.AwaitLast().state, JobState::kSucceeded);
  EXPECT_THAT(log.epochs(), ElementsAre(1, 2, 3));
  released.set_value();
}

TEST_F(JobWatchTest, NothingIsHeardAfterUnwatch) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  const auto worker = launcher_.Next();
  auto left = std::make_unique<EventLog>();
  const std::int64_t watch = Watch(job, *left);
  EventLog stays;
  Watch(job, stays);
  worker->TellEpochs(1, 1);
  left->AwaitEpoch(1);
  runner_->Unwatch(watch);
  left.reset();  // a call now would be seen by the sanitizers
  worker->TellEpochs(2, 2);
  worker->TellDone();
  worker->ExitCleanly();
  stays.AwaitLast();
}

TEST_F(JobWatchTest, AStopEndsEveryWatchWithTheJobAsItIsLeft) {
  StartRunner(PatientOptions());
  const std::string running = Submit("imdb").job;
  const std::string queued = Submit("books").job;
  EventLog of_running, of_queued;
  Watch(running, of_running);
  Watch(queued, of_queued);
  const auto worker = launcher_.Next();
  worker->TellEpochs(1, 1);
  std::thread stopping([&] { runner_->Stop(); });
  worker->AwaitStopRequest();
  worker->ExitCleanly();
  stopping.join();
  EXPECT_EQ(of_running.AwaitLast().state, JobState::kQueued);
  EXPECT_THAT(of_running.epochs(), ElementsAre(1));
  EXPECT_EQ(of_queued.AwaitLast().state, JobState::kQueued);

  EventLog late;
  Watch(running, late);
  EXPECT_EQ(late.AwaitLast().state, JobState::kQueued);
  EXPECT_THAT(late.epochs(), ElementsAre(1));
}

}  // namespace
}  // namespace carousel
