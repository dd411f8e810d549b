// What becomes of jobs whose worker cannot be started, or not yet again.
#include <chrono>
#include <stdexcept>
#include <string>

#include "core/jobs/backoff.h"
#include "tests/core/jobs/jobs_fixture.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

TEST(BackoffTest, DoublesUpToAMinute) {
  using std::chrono::seconds;
  Backoff backoff(seconds(10));
  EXPECT_EQ(backoff.Next(), seconds(10));
  EXPECT_EQ(backoff.Next(), seconds(20));
  EXPECT_EQ(backoff.Next(), seconds(40));
  EXPECT_EQ(backoff.Next(), seconds(60));
  EXPECT_EQ(backoff.Next(), seconds(60));
  backoff.Reset();
  EXPECT_EQ(backoff.Next(), seconds(10));
}

TEST(BackoffTest, NeverFallsBelowItsFirstDelay) {
  Backoff backoff(std::chrono::hours(1));
  EXPECT_EQ(backoff.Next(), std::chrono::hours(1));
  EXPECT_EQ(backoff.Next(), std::chrono::hours(1));
}

class JobLaunchTest : public JobsFixture {
 protected:
  // A delay that no test would see the end of.
  static JobRunnerOptions EndlessDelay() {
    JobRunnerOptions options = PatientOptions();
    options.retry_delay = std::chrono::hours(1);
    return options;
  }
};

TEST_F(JobLaunchTest, LaunchesThatFailCostNoJobAnything) {
  constexpr int kFailures = 4;
  for (int i = 0; i < kFailures; ++i) {
    launcher_.FailNext(absl::NotFoundError("there is no carousel_worker"));
  }
  StartRunner(PatientOptions());
  const std::string first = Submit("imdb").job;
  const std::string second = Submit("books").job;
  EventLog log;
  Watch(second, log);
  FinishNext(first);
  FinishNext(second);
  EXPECT_EQ(log.AwaitLast().state, JobState::kSucceeded);
  EXPECT_EQ(Stored(first).state, JobState::kSucceeded);
  EXPECT_EQ(Stored(first).worker_deaths, 0);
  EXPECT_EQ(launcher_.launches(), kFailures + 2);
  EXPECT_THAT(observer_.problems(),
              AllOf(SizeIs(kFailures),
                    Each(AllOf(HasSubstr(first),
                               HasSubstr("there is no carousel_worker")))));
}

TEST_F(JobLaunchTest, ALaunchThatThrowsIsOneThatFailed) {
  launcher_.ThrowNext("no thread to be had");
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  FinishNext(job);
  observer_.AwaitFreed(2);
  EXPECT_EQ(Stored(job).state, JobState::kSucceeded);
  EXPECT_THAT(observer_.problems(),
              ElementsAre(HasSubstr("no thread to be had")));
}

TEST_F(JobLaunchTest, AJobThatWaitsForAnotherLaunchIsQueued) {
  launcher_.FailNext(absl::UnavailableError("cannot fork"));
  StartRunner(EndlessDelay());
  const std::string job = Submit("imdb").job;
  observer_.AwaitFreed(1);
  EXPECT_EQ(Stored(job).state, JobState::kQueued);
  runner_->Stop();
  EXPECT_EQ(Stored(job).state, JobState::kQueued);
  EXPECT_EQ(Stored(job).worker_deaths, 0);
  EXPECT_EQ(launcher_.launches(), 1);

  StartRunner(PatientOptions());
  FinishNext(job);
  observer_.AwaitFreed(2);
  EXPECT_EQ(Stored(job).state, JobState::kSucceeded);
}

TEST_F(JobLaunchTest, CancellingAJobThatWaitsForAnotherLaunchFreesItsSlot) {
  launcher_.FailNext(absl::UnavailableError("cannot fork"));
  StartRunner(EndlessDelay());
  const std::string job = Submit("imdb").job;
  const std::string next = Submit("imdb").job;
  observer_.AwaitFreed(1);
  ASSERT_OK_AND_ASSIGN(const JobRecord cancelled, runner_->Cancel(job));
  EXPECT_EQ(cancelled.state, JobState::kCancelled);
  FinishNext(next);
  observer_.AwaitFreed(2);
  EXPECT_EQ(Stored(next).state, JobState::kSucceeded);
}

TEST_F(JobLaunchTest, AJobWhoseWorkerDiedWaitsBeforeItGoesOn) {
  StartRunner(EndlessDelay());
  const std::string job = Submit("imdb").job;
  launcher_.Next()->Die();
  observer_.AwaitFreed(1);
  EXPECT_EQ(Stored(job).state, JobState::kQueued);
  ASSERT_OK(runner_->Cancel(job));
  const std::string next = Submit("imdb").job;
  FinishNext(next);  // the job before it was not launched again
  observer_.AwaitFreed(2);
}

TEST_F(JobLaunchTest, AnotherSlotDoesNotTakeAJobThatWaits) {
  JobRunnerOptions options = EndlessDelay();
  options.slots = 2;
  StartRunner(options);
  const std::string job = Submit("imdb").job;
  launcher_.Next()->Die();
  observer_.AwaitFreed(1);
  const std::string other = Submit("books").job;
  FinishNext(other);
  observer_.AwaitFreed(2);
  EXPECT_EQ(Stored(job).state, JobState::kQueued);
  EXPECT_EQ(launcher_.launches(), 2);
}

TEST_F(JobLaunchTest, AJobWhoseDatasetIsGoneFailsAtOnce) {
  MakeRunner(EndlessDelay());
  const std::string job = Submit("imdb").job;
  EventLog log;
  Watch(job, log);
  LoseDataset();
  ASSERT_OK(runner_->Start());
  const JobRecord failed = log.AwaitLast();
  EXPECT_EQ(failed.state, JobState::kFailed);
  EXPECT_EQ(failed.worker_deaths, 0);
  EXPECT_THAT(failed.error, HasSubstr("reviews"));
  EXPECT_EQ(launcher_.launches(), 0);
}

TEST_F(JobLaunchTest, AJobWhoseFolderCannotBeMadeStaysQueued) {
  MakeRunner(EndlessDelay());
  const std::string job = Submit("imdb").job;
  // A file where the folder should be.
  ASSERT_OK(WriteFileAtomically(folder_->job(job), "in the way"));
  ASSERT_OK(runner_->Start());
  observer_.AwaitFreed(1);
  EXPECT_EQ(Stored(job).state, JobState::kQueued);
  EXPECT_EQ(launcher_.launches(), 0);
  EXPECT_THAT(observer_.problems(), ElementsAre(HasSubstr(job)));
  ASSERT_OK(RemoveAll(folder_->job(job)));
}

TEST_F(JobLaunchTest, AnExceptionCountsAsADeathAndTheSlotGoesOn) {
  observer_.SetHook([](const JobRecord& job) {
    if (job.model == "imdb" && job.state == JobState::kRunning) {
      throw std::runtime_error("out of memory");
    }
  });
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  const std::string next = Submit("books").job;
  FinishNext(next);
  observer_.AwaitFreed(3);
  EXPECT_EQ(Stored(job).state, JobState::kFailed);
  EXPECT_THAT(Stored(job).error, HasSubstr("out of memory"));
  EXPECT_THAT(observer_.problems(), SizeIs(2));
}

TEST_F(JobLaunchTest, APublisherThatThrowsFailsItsJob) {
  SetPublishHook([](const JobRecord& job) {
    if (job.model == "imdb") throw std::runtime_error("out of memory");
  });
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  const std::string next = Submit("books").job;
  FinishNext(job);
  FinishNext(next);
  observer_.AwaitFreed(2);
  EXPECT_EQ(Stored(job).state, JobState::kFailed);
  EXPECT_THAT(Stored(job).error, HasSubstr("out of memory"));
  EXPECT_EQ(Stored(next).state, JobState::kSucceeded);
}

}  // namespace
}  // namespace carousel
