// A server's stop, its death, and the start after either.
#include <string>
#include <thread>

#include "core/base/error_details.h"
#include "tests/core/jobs/jobs_fixture.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

class JobRecoveryTest : public JobsFixture {
 protected:
  // As if a server had died while it ran the job.
  void LeaveRunning(const std::string& job,
                    const std::function<void(JobRecord&)>& change) {
    ASSERT_OK(jobs_->Update(job, [&](JobRecord& row) {
      row.state = JobState::kRunning;
      change(row);
      return absl::OkStatus();
    }));
  }
};

TEST_F(JobRecoveryTest, AStartRunsWhatADeadServerLeft) {
  MakeRunner(PatientOptions());
  const std::string interrupted = Submit("imdb").job;
  const std::string waiting = Submit("books").job;
  LeaveRunning(interrupted, [](JobRecord& row) { row.worker_deaths = 1; });
  StartRunner(PatientOptions());
  const auto worker = launcher_.Next();
  EXPECT_EQ(worker->job(), interrupted);
  // The server's death is not the worker's: one is still what it was.
  EXPECT_EQ(worker->assignment().job.worker_deaths, 1);
  worker->TellDone();
  worker->ExitCleanly();
  FinishNext(waiting);
  observer_.AwaitFreed(2);
}

TEST_F(JobRecoveryTest, AStartCancelsWhatWasToBeCancelled) {
  MakeRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  LeaveRunning(job, [](JobRecord& row) { row.cancel_requested = true; });
  StartRunner(PatientOptions());
  EXPECT_EQ(Stored(job).state, JobState::kCancelled);
  runner_->Stop();
  EXPECT_EQ(launcher_.launches(), 0);
}

TEST_F(JobRecoveryTest, ACancelBeforeTheStartCountsToo) {
  MakeRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  LeaveRunning(job, [](JobRecord&) {});
  ASSERT_OK(runner_->Cancel(job));
  EventLog log;
  Watch(job, log);
  ASSERT_OK(runner_->Start());
  EXPECT_EQ(log.AwaitLast().state, JobState::kCancelled);
}

TEST_F(JobRecoveryTest, StopLeavesJobsQueuedAndTheNextStartResumesThem) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  const auto worker = launcher_.Next();
  worker->TellEpochs(1, 1);
  std::thread stopping([&] { runner_->Stop(); });
  worker->AwaitStopRequest();
  worker->ExitCleanly();
  stopping.join();
  EXPECT_EQ(Stored(job).state, JobState::kQueued);
  EXPECT_EQ(Stored(job).worker_deaths, 0);

  StartRunner(PatientOptions());
  FinishNext(job);
  observer_.AwaitFreed(2);
  EXPECT_EQ(Stored(job).state, JobState::kSucceeded);
}

TEST_F(JobRecoveryTest, StopKillsAWorkerThatDoesNotEndAndCountsNoDeath) {
  JobRunnerOptions options = PatientOptions();
  options.stop_grace = std::chrono::seconds(0);
  StartRunner(options);
  const std::string job = Submit("imdb").job;
  const auto worker = launcher_.Next();
  std::thread stopping([&] { runner_->Stop(); });
  worker->AwaitKill();
  worker->Die("killed by signal 9 (SIGKILL)");
  stopping.join();
  EXPECT_EQ(Stored(job).state, JobState::kQueued);
  EXPECT_EQ(Stored(job).worker_deaths, 0);
}

TEST_F(JobRecoveryTest, StopPublishesAResultThatIsThere) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  const auto worker = launcher_.Next();
  worker->TellDone();
  std::thread stopping([&] { runner_->Stop(); });
  worker->AwaitStopRequest();
  worker->ExitCleanly();
  stopping.join();
  EXPECT_EQ(Stored(job).state, JobState::kSucceeded);
}

TEST_F(JobRecoveryTest, ACancelledJobIsCancelledAlsoWhenTheRunnerStops) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  const auto worker = launcher_.Next();
  ASSERT_OK(runner_->Cancel(job));
  std::thread stopping([&] { runner_->Stop(); });
  worker->AwaitStopRequest();
  worker->ExitCleanly();
  stopping.join();
  EXPECT_EQ(Stored(job).state, JobState::kCancelled);
}

TEST_F(JobRecoveryTest, TakesNoJobOnceItStops) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  const auto worker = launcher_.Next();
  ASSERT_OK(runner_->Cancel(job));
  worker->ExitCleanly();
  observer_.AwaitFreed(1);
  runner_->Stop();
  const auto submitted = runner_->Submit(NewJob("imdb"));
  EXPECT_THAT(submitted, StatusIs(absl::StatusCode::kUnavailable));
  EXPECT_EQ(GetReason(submitted.status()), "DRAINING");
  EXPECT_THAT(runner_->Resume(job), StatusIs(absl::StatusCode::kUnavailable));
}

TEST_F(JobRecoveryTest, ADeathBetweenPublishingAndItsRecordGivesOneVersion) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  {
    const auto worker = launcher_.Next();
    RefuseWrites(true);  // from here on nothing reaches the disk
    worker->TellDone();
    worker->ExitCleanly();
    observer_.AwaitProblem();
    runner_->Stop();
    RefuseWrites(false);
  }
  EXPECT_THAT(published(), ElementsAre(Pair(job, 1)));
  EXPECT_EQ(Stored(job).state, JobState::kRunning);

  MakeRunner(PatientOptions());
  EventLog log;
  Watch(job, log);
  const auto useless = MakeJobFile(job, "checkpoint.bin");
  int finished = 0;  // what the crash may have left to do: moving labels
  SetPublishHook([&](const JobRecord& published_again) {
    EXPECT_EQ(published_again.job, job);
    ++finished;
  });
  ASSERT_OK(runner_->Start());
  EXPECT_EQ(log.AwaitLast().state, JobState::kSucceeded);
  EXPECT_EQ(Stored(job).version, 1);
  EXPECT_THAT(published(), ElementsAre(Pair(job, 1)));
  EXPECT_EQ(finished, 1);
  EXPECT_FALSE(std::filesystem::exists(useless));
  // Too late for a cancel, which would leave a version to a CANCELLED job.
  EXPECT_THAT(runner_->Cancel(job),
              StatusIs(absl::StatusCode::kFailedPrecondition));
  EXPECT_EQ(launcher_.launches(), 1);
}

TEST_F(JobRecoveryTest, AVersionThatCannotBeFinishedFailsItsJob) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  {
    const auto worker = launcher_.Next();
    RefuseWrites(true);
    worker->TellDone();
    worker->ExitCleanly();
    observer_.AwaitProblem();
    runner_->Stop();
    RefuseWrites(false);
  }
  FailPublishing(absl::DataLossError("model.safetensors has changed"));
  StartRunner(PatientOptions());
  EXPECT_EQ(Stored(job).state, JobState::kFailed);
  EXPECT_THAT(Stored(job).error, HasSubstr("model.safetensors has changed"));
}

TEST_F(JobRecoveryTest, AStartRemovesWhatASuccessMadeUseless) {
  MakeRunner(PatientOptions());
  const std::string succeeded = Submit("imdb").job;
  const std::string failed = Submit("books").job;
  for (const std::string& job : {succeeded, failed}) {
    LeaveRunning(job, [](JobRecord&) {});
    ASSERT_OK(jobs_->Update(job, [&](JobRecord& row) {
      row.state = job == failed ? JobState::kFailed : JobState::kSucceeded;
      return absl::OkStatus();
    }));
  }
  const auto useless = MakeJobFile(succeeded, "checkpoint.bin");
  const auto log = MakeJobFile(succeeded, "worker.log");
  const auto useful = MakeJobFile(failed, "checkpoint.bin");
  StartRunner(PatientOptions());
  EXPECT_FALSE(std::filesystem::exists(useless));
  EXPECT_TRUE(std::filesystem::exists(log));
  EXPECT_TRUE(std::filesystem::exists(useful));
}

}  // namespace
}  // namespace carousel
