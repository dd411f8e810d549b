// Cancelling and resuming.
#include <future>
#include <string>
#include <thread>

#include "core/base/error_details.h"
#include "tests/core/jobs/jobs_fixture.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class JobCancelTest : public JobsFixture {};

TEST_F(JobCancelTest, AQueuedJobIsCancelledAtOnce) {
  MakeRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  EventLog log;
  Watch(job, log);
  ASSERT_OK_AND_ASSIGN(const JobRecord cancelled, runner_->Cancel(job));
  EXPECT_EQ(cancelled.state, JobState::kCancelled);
  EXPECT_EQ(log.AwaitLast().state, JobState::kCancelled);
  const std::string next = Submit("imdb").job;
  ASSERT_OK(runner_->Start());
  const auto worker = launcher_.Next();
  EXPECT_EQ(worker->job(), next);
  worker->TellDone();
  worker->ExitCleanly();
}

TEST_F(JobCancelTest, ARunningJobIsCancelledWhenItsWorkerHasStopped) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  EventLog log;
  Watch(job, log);
  const auto worker = launcher_.Next();
  const auto checkpoint = MakeJobFile(job, "checkpoint.bin");
  ASSERT_OK_AND_ASSIGN(const JobRecord asked, runner_->Cancel(job));
  EXPECT_EQ(asked.state, JobState::kRunning);
  EXPECT_TRUE(asked.cancel_requested);
  worker->AwaitStopRequest();
  ASSERT_OK_AND_ASSIGN(const JobRecord again, runner_->Cancel(job));
  EXPECT_EQ(again.state, JobState::kRunning);
  EXPECT_FALSE(log.has_ended());

  worker->TellEpochs(1, 1);  // the one that was nearly done
  worker->ExitCleanly();
  EXPECT_EQ(log.AwaitLast().state, JobState::kCancelled);
  EXPECT_THAT(log.epochs(), ElementsAre(1));
  EXPECT_FALSE(worker->killed());
  observer_.AwaitFreed(1);
  EXPECT_THAT(published(), IsEmpty());
  EXPECT_TRUE(std::filesystem::exists(checkpoint));
}

TEST_F(JobCancelTest, AWorkerThatDoesNotStopIsKilled) {
  JobRunnerOptions options = PatientOptions();
  options.cancel_grace = std::chrono::seconds(0);
  StartRunner(options);
  const std::string job = Submit("imdb").job;
  const auto worker = launcher_.Next();
  ASSERT_OK(runner_->Cancel(job));
  worker->AwaitKill();
  EXPECT_TRUE(worker->stop_requested());
  worker->Die("killed by signal 9 (SIGKILL)");
  observer_.AwaitFreed(1);
  EXPECT_EQ(Stored(job).state, JobState::kCancelled);
  EXPECT_EQ(Stored(job).worker_deaths, 0);
}

TEST_F(JobCancelTest, ACancelledWorkerHasAGraceOfItsOwn) {
  JobRunnerOptions options = PatientOptions();
  options.stop_grace = std::chrono::seconds(0);
  StartRunner(options);
  const std::string job = Submit("imdb").job;
  const auto worker = launcher_.Next();
  ASSERT_OK(runner_->Cancel(job));
  worker->AwaitStopRequest();
  worker->TellEpochs(1, 1);
  worker->ExitCleanly();
  observer_.AwaitFreed(1);
  EXPECT_FALSE(worker->killed());
  EXPECT_EQ(Stored(job).state, JobState::kCancelled);
}

TEST_F(JobCancelTest, AStopDoesNotWaitForACancelsGrace) {
  JobRunnerOptions options = PatientOptions();
  options.stop_grace = std::chrono::seconds(0);
  StartRunner(options);
  const std::string job = Submit("imdb").job;
  const auto worker = launcher_.Next();
  ASSERT_OK(runner_->Cancel(job));
  worker->AwaitStopRequest();
  std::thread stopping([&] { runner_->Stop(); });
  worker->AwaitKill();
  worker->Die("killed by signal 9 (SIGKILL)");
  stopping.join();
  EXPECT_EQ(Stored(job).state, JobState::kCancelled);
}

TEST_F(JobCancelTest, AWorkerThatDiesMeanwhileIsCancelledAllTheSame) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  const auto worker = launcher_.Next();
  ASSERT_OK(runner_->Cancel(job));
  worker->Die();
  observer_.AwaitFreed(1);
  EXPECT_EQ(Stored(job).state, JobState::kCancelled);
}

TEST_F(JobCancelTest, AResultThatIsNotYetPublishedStaysUnpublished) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  const auto worker = launcher_.Next();
  worker->TellDone();
  ASSERT_OK(runner_->Cancel(job));
  worker->ExitCleanly();
  observer_.AwaitFreed(1);
  EXPECT_EQ(Stored(job).state, JobState::kCancelled);
  EXPECT_THAT(published(), IsEmpty());
}

TEST_F(JobCancelTest, IsTooLateWhileTheModelIsBeingPublished) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  std::promise<void> entered, released;
  SetPublishHook([&](const JobRecord&) {
    entered.set_value();
    released.get_future().wait();
  });
  const auto worker = launcher_.Next();
  worker->TellDone();
  worker->ExitCleanly();
  entered.get_future().wait();
  EXPECT_THAT(runner_->Cancel(job),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("being published")));
  released.set_value();
  observer_.AwaitFreed(1);
  EXPECT_EQ(Stored(job).state, JobState::kSucceeded);
  EXPECT_FALSE(Stored(job).cancel_requested);
}

TEST_F(JobCancelTest, RefusesWhatIsOverOrUnknown) {
  MakeRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  ASSERT_OK(runner_->Cancel(job));
  const auto again = runner_->Cancel(job);
  EXPECT_THAT(again, StatusIs(absl::StatusCode::kFailedPrecondition,
                              HasSubstr(job + " is CANCELLED")));
  EXPECT_EQ(GetReason(again.status()), "WRONG_JOB_STATE");
  EXPECT_THAT(runner_->Cancel("job-none"),
              StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(JobCancelTest, AResumedJobGoesOnWhereItWas) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  {
    const auto worker = launcher_.Next();
    worker->TellEpochs(1, 2);
    ASSERT_OK(runner_->Cancel(job));
    worker->ExitCleanly();
    observer_.AwaitFreed(1);
  }
  ASSERT_OK_AND_ASSIGN(const JobRecord resumed, runner_->Resume(job));
  EXPECT_EQ(resumed.state, JobState::kQueued);
  EXPECT_FALSE(resumed.cancel_requested);
  EventLog log;
  Watch(job, log);
  const auto worker = launcher_.Next();
  EXPECT_EQ(worker->assignment().job.epoch, 2);
  worker->TellEpochs(3, 4);
  worker->TellDone();
  worker->ExitCleanly();
  EXPECT_EQ(log.AwaitLast().state, JobState::kSucceeded);
  EXPECT_THAT(log.epochs(), ElementsAre(1, 2, 3, 4));
}

TEST_F(JobCancelTest, AResumedJobIsForgivenItsErrorAndItsDeaths) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  launcher_.Next()->Die();
  launcher_.Next()->Die();
  observer_.AwaitFreed(2);
  ASSERT_OK_AND_ASSIGN(const JobRecord resumed, runner_->Resume(job));
  EXPECT_EQ(resumed.error, "");
  EXPECT_EQ(resumed.worker_deaths, 0);
  launcher_.Next()->Die();
  const auto worker = launcher_.Next();  // one death more is no failure yet
  worker->TellDone();
  worker->ExitCleanly();
  observer_.AwaitFreed(4);
  EXPECT_EQ(Stored(job).state, JobState::kSucceeded);
}

TEST_F(JobCancelTest, ResumesOnlyWhatFailedOrWasCancelled) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  const auto worker = launcher_.Next();
  EXPECT_THAT(runner_->Resume(job),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr(job + " is RUNNING")));
  worker->TellDone();
  worker->ExitCleanly();
  observer_.AwaitFreed(1);
  EXPECT_THAT(runner_->Resume(job),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr(job + " is SUCCEEDED")));
  EXPECT_THAT(runner_->Resume("job-none"),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace carousel
