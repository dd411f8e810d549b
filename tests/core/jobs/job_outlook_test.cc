// What the runner says of jobs that are not over, and of what a worker is at.
#include <optional>
#include <string>

#include "tests/core/jobs/jobs_fixture.h"

namespace carousel {
namespace {

using ::testing::DoubleEq;
using ::testing::ElementsAre;
using ::testing::Optional;

class JobOutlookTest : public JobsFixture {
 protected:
  JobOutlook Outlook(const std::string& job) {
    return runner_->Outlook(Stored(job));
  }
  static WorkerEpoch Epoch(std::int64_t epoch, double seconds) {
    return {{.epoch = epoch, .seconds = seconds}};
  }
};

TEST_F(JobOutlookTest, SaysHowManyWaitInFront) {
  StartRunner(PatientOptions());
  const std::string running = Submit("imdb").job;
  const auto worker = launcher_.Next();
  const std::string first = Submit("imdb").job;
  const std::string second = Submit("books").job;
  const std::string third = Submit("imdb").job;
  EXPECT_EQ(Outlook(running).queue_position, std::nullopt);
  EXPECT_EQ(Outlook(first).queue_position, 0);
  EXPECT_EQ(Outlook(second).queue_position, 1);
  EXPECT_EQ(Outlook(third).queue_position, 2);
  EXPECT_OK(runner_->Cancel(first));
  EXPECT_EQ(Outlook(third).queue_position, 1);
  EXPECT_EQ(Outlook(first).queue_position, std::nullopt);
  EXPECT_EQ(Outlook(third).remaining_seconds, std::nullopt);
  worker->Tell(WorkerFailed{"over"});
  worker->ExitCleanly();
  FinishNext(second);
  FinishNext(third);
  observer_.AwaitFreed(3);
}

TEST_F(JobOutlookTest, CountsTheEpochsOfEveryWorker) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;  // five epochs
  auto worker = launcher_.Next();
  EXPECT_EQ(Outlook(job).remaining_seconds, std::nullopt);
  worker->Tell(Epoch(1, 10));
  worker->Tell(Epoch(2, 20));
  EXPECT_THAT(Outlook(job).remaining_seconds, Optional(DoubleEq(45)));
  worker->Die();
  worker = launcher_.Next();
  EXPECT_THAT(Outlook(job).remaining_seconds, Optional(DoubleEq(45)));
  worker->Tell(Epoch(1, 10));  // told again from the checkpoint
  worker->Tell(Epoch(2, 20));
  EXPECT_THAT(Outlook(job).remaining_seconds, Optional(DoubleEq(45)));
  worker->Tell(WorkerProgress{.epoch = 3, .batch = 1, .batches = 2});
  clock_.Advance(absl::Seconds(5));
  EXPECT_THAT(Outlook(job).remaining_seconds, Optional(DoubleEq(32.5)));
  worker->Tell(WorkerFailed{"over"});
  worker->ExitCleanly();
  observer_.AwaitFreed(2);
  EXPECT_EQ(Outlook(job).remaining_seconds, std::nullopt);
}

TEST_F(JobOutlookTest, ProgressCarriesTheTimeLeft) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  const auto worker = launcher_.Next();
  EventLog log;
  Watch(job, log);
  worker->Tell(Epoch(1, 8));
  worker->Tell(WorkerProgress{.epoch = 2, .batch = 1, .batches = 2});
  EXPECT_THAT(log.AwaitProgress().remaining_seconds, Optional(DoubleEq(28)));
  worker->TellDone();
  worker->ExitCleanly();
  log.AwaitLast();
}

TEST_F(JobOutlookTest, WatchersHearWhatTheWorkerIsAtAndThatItIsPublished) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  const auto worker = launcher_.Next();
  EventLog early, late;
  Watch(job, early);
  worker->Tell(WorkerStage{"loading"});
  early.AwaitStage("loading");
  Watch(job, late);
  late.AwaitStage("loading");  // told to whoever comes in the middle of it
  worker->Tell(WorkerStage{"training"});
  early.AwaitStage("training");
  late.AwaitStage("training");
  SetPublishHook([&](const JobRecord&) { late.AwaitStage("publishing"); });
  worker->TellDone();
  worker->ExitCleanly();
  early.AwaitLast();
  late.AwaitLast();
  EXPECT_THAT(late.stages(), ElementsAre("loading", "training", "publishing"));
}

}  // namespace
}  // namespace carousel
