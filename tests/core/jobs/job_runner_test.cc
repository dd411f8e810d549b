// A job's way from the queue to a published version or a reason.
#include "core/jobs/job_runner.h"

#include <future>
#include <string>

#include "core/base/error_details.h"
#include "tests/core/jobs/jobs_fixture.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

class JobRunnerTest : public JobsFixture {};

TEST_F(JobRunnerTest, TakesAJobFromTheQueueToAPublishedVersion) {
  StartRunner(PatientOptions());
  const JobRecord submitted = Submit("imdb");
  EXPECT_EQ(submitted.state, JobState::kQueued);
  EventLog log;
  Watch(submitted.job, log);

  const auto worker = launcher_.Next();
  EXPECT_EQ(Stored(submitted.job).state, JobState::kRunning);
  worker->TellEpochs(1, 2);
  worker->TellDone();
  worker->ExitCleanly();

  const JobRecord ended = log.AwaitLast();
  EXPECT_EQ(ended.state, JobState::kSucceeded);
  EXPECT_EQ(ended.version, 1);
  EXPECT_EQ(ended.epoch, 2);
  EXPECT_EQ(ended.best_epoch, 1);
  EXPECT_EQ(ended.best_validation_accuracy, 0.75);
  EXPECT_THAT(log.epochs(), ElementsAre(1, 2));
  EXPECT_THAT(published(), ElementsAre(Pair(submitted.job, 1)));
  EXPECT_EQ(Stored(submitted.job).state, JobState::kSucceeded);
}

TEST_F(JobRunnerTest, TellsTheWorkerWhereEverythingIs) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  const auto worker = launcher_.Next();
  const WorkerAssignment& assignment = worker->assignment();
  EXPECT_EQ(assignment.job.job, job);
  EXPECT_EQ(assignment.job.model, "imdb");
  EXPECT_EQ(assignment.slot, 0);
  EXPECT_EQ(assignment.dataset_folder, folder_->dataset("reviews"));
  EXPECT_EQ(assignment.vectors_file, folder_->vectors_file("glove"));
  EXPECT_EQ(assignment.job_folder, folder_->job(job));
  EXPECT_TRUE(std::filesystem::is_directory(assignment.job_folder));
  EXPECT_EQ(assignment.dataset_sha256, "dataset-checksum");
  EXPECT_EQ(assignment.vectors_sha256, "vectors-checksum");
  worker->Tell(WorkerFailed{"enough"});
  worker->ExitCleanly();
}

TEST_F(JobRunnerTest, TheObserverHearsOfASlotFromTakenToFreed) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  const auto worker = launcher_.Next();
  worker->Tell(WorkerStage{"training"});
  worker->Tell(WorkerProgress{.epoch = 1, .batch = 17});
  worker->TellEpochs(1, 1);
  worker->TellDone();
  worker->ExitCleanly();
  observer_.AwaitFreed(1);
  EXPECT_THAT(
      observer_.log(),
      ElementsAre("taken 0 " + job + " RUNNING", "progress 0 " + job + " 17",
                  "epoch 0 " + job + " 1", "freed 0 " + job + " SUCCEEDED"));
}

TEST_F(JobRunnerTest, WhatIsToldIsInTheCatalogueAlready) {
  MakeRunner(PatientOptions());
  observer_.SetHook([&](const JobRecord& told) {
    const JobRecord stored = Stored(told.job);
    EXPECT_EQ(stored.state, told.state);
    EXPECT_EQ(stored.epoch, told.epoch);
  });
  ASSERT_OK(runner_->Start());
  const std::string job = Submit("imdb").job;
  std::promise<void> ended;
  const auto watch = runner_->Watch(job, 0, [&](const JobEvent& event) {
    if (const auto* epoch = std::get_if<EpochRecord>(&event)) {
      EXPECT_GE(StoredEpochs(job).size(), epoch->epoch);
    } else if (const auto* record = std::get_if<JobRecord>(&event)) {
      EXPECT_EQ(Stored(job).state, record->state);
      ended.set_value();
    }
  });
  ASSERT_OK(watch);
  const auto worker = launcher_.Next();
  worker->TellEpochs(1, 5);
  worker->TellDone();
  worker->ExitCleanly();
  ended.get_future().wait();
  observer_.AwaitFreed(1);
}

TEST_F(JobRunnerTest, RefusesAJobMoreThanTheQueueHolds) {
  JobRunnerOptions options = PatientOptions();
  options.max_queued = 2;
  MakeRunner(options);  // not started: all stay queued
  Submit("a");
  const std::string second = Submit("b").job;
  const auto refused = runner_->Submit(NewJob("c"));
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kResourceExhausted,
                                AllOf(HasSubstr("2 jobs are queued"),
                                      HasSubstr("at most 2"))));
  EXPECT_EQ(GetReason(refused.status()), "QUEUE_FULL");
  EXPECT_GT(GetRetryDelay(refused.status()), absl::ZeroDuration());

  ASSERT_OK(runner_->Cancel(second));
  EXPECT_OK(runner_->Submit(NewJob("c")));
}

TEST_F(JobRunnerTest, JobsOfOneModelRunOneAfterAnotherAcrossSlots) {
  JobRunnerOptions options = PatientOptions();
  options.slots = 2;
  MakeRunner(options);
  const std::string first = Submit("imdb").job;
  const std::string second = Submit("imdb").job;
  const std::string other = Submit("books").job;
  ASSERT_OK(runner_->Start());

  const auto a = launcher_.Next(), b = launcher_.Next();
  EXPECT_THAT((std::set<std::string>{a->job(), b->job()}),
              ElementsAre(first, other));
  EXPECT_NE(a->assignment().slot, b->assignment().slot);
  EXPECT_EQ(Stored(second).state, JobState::kQueued);

  const auto first_worker = a->job() == first ? a : b;
  const auto other_worker = a->job() == first ? b : a;
  first_worker->TellDone();
  first_worker->ExitCleanly();
  const auto third = launcher_.Next();
  EXPECT_EQ(third->job(), second);
  for (const auto& worker : {other_worker, third}) {
    worker->TellDone();
    worker->ExitCleanly();
  }
  observer_.AwaitFreed(3);
}

TEST_F(JobRunnerTest, ARepeatedRequestIsTheSameJobAndRunsOnce) {
  StartRunner(PatientOptions());
  JobRecord request = NewJob("imdb");
  request.request_id = "r1";
  ASSERT_OK_AND_ASSIGN(const JobRecord first, runner_->Submit(request));
  const auto worker = launcher_.Next();
  ASSERT_OK_AND_ASSIGN(const JobRecord again, runner_->Submit(request));
  EXPECT_EQ(again.job, first.job);
  EXPECT_EQ(again.state, JobState::kRunning);
  worker->TellDone();
  worker->ExitCleanly();
  observer_.AwaitFreed(1);
  ASSERT_OK_AND_ASSIGN(const JobRecord over, runner_->Submit(request));
  EXPECT_EQ(over.state, JobState::kSucceeded);
  runner_->Stop();
  EXPECT_EQ(launcher_.launches(), 1);
}

TEST_F(JobRunnerTest, ARepeatedRequestWhileQueuedIsQueuedOnce) {
  MakeRunner(PatientOptions());
  JobRecord request = NewJob("imdb");
  request.request_id = "r1";
  ASSERT_OK_AND_ASSIGN(const JobRecord first, runner_->Submit(request));
  ASSERT_OK_AND_ASSIGN(const JobRecord again, runner_->Submit(request));
  EXPECT_EQ(again.job, first.job);
  ASSERT_OK(runner_->Start());
  const auto worker = launcher_.Next();
  worker->TellDone();
  worker->ExitCleanly();
  observer_.AwaitFreed(1);
  runner_->Stop();
  EXPECT_EQ(launcher_.launches(), 1);
}

TEST_F(JobRunnerTest, ARepeatedRequestNeedsNoPlaceInAFullQueue) {
  JobRunnerOptions options = PatientOptions();
  options.max_queued = 1;
  MakeRunner(options);
  JobRecord request = NewJob("imdb");
  request.request_id = "r1";
  ASSERT_OK_AND_ASSIGN(const JobRecord first, runner_->Submit(request));
  ASSERT_OK_AND_ASSIGN(const JobRecord again, runner_->Submit(request));
  EXPECT_EQ(again.job, first.job);
  request.epochs = 6;
  EXPECT_THAT(runner_->Submit(request),
              StatusIs(absl::StatusCode::kAlreadyExists));
}

TEST_F(JobRunnerTest, PassesTheCataloguesRefusalOn) {
  StartRunner(PatientOptions());
  JobRecord job = NewJob("imdb");
  job.dataset = "nothing";
  EXPECT_THAT(runner_->Submit(job),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("nothing")));
}

TEST_F(JobRunnerTest, FailsWithTheRunsOwnReason) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  EventLog log;
  Watch(job, log);
  const auto worker = launcher_.Next();
  const auto checkpoint = MakeJobFile(job, "checkpoint.bin");
  worker->Tell(WorkerFailed{"the loss is nan at epoch 1, batch 3"});
  worker->ExitCleanly();
  const JobRecord failed = log.AwaitLast();
  EXPECT_EQ(failed.state, JobState::kFailed);
  EXPECT_EQ(failed.error, "the loss is nan at epoch 1, batch 3");
  EXPECT_THAT(published(), IsEmpty());
  observer_.AwaitFreed(1);
  EXPECT_TRUE(std::filesystem::exists(checkpoint));
}

TEST_F(JobRunnerTest, AFailingPublisherFailsTheJobAndKeepsItsCheckpoint) {
  FailPublishing(absl::ResourceExhaustedError("the disk is full"));
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  const auto checkpoint = MakeJobFile(job, "checkpoint.bin");
  const auto result = MakeJobFile(job, "result/model.safetensors");
  const auto worker = launcher_.Next();
  worker->TellDone();
  worker->ExitCleanly();
  observer_.AwaitFreed(1);
  const JobRecord failed = Stored(job);
  EXPECT_EQ(failed.state, JobState::kFailed);
  EXPECT_THAT(failed.error, HasSubstr("the disk is full"));
  EXPECT_EQ(failed.version, 0);
  EXPECT_TRUE(std::filesystem::exists(checkpoint));
  EXPECT_TRUE(std::filesystem::exists(result));
}

TEST_F(JobRunnerTest, SuccessLeavesTheLogAlone) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  const auto checkpoint = MakeJobFile(job, "checkpoint.bin");
  const auto result = MakeJobFile(job, "result/model.safetensors");
  const auto worker_log = MakeJobFile(job, "worker.log");
  const auto worker = launcher_.Next();
  worker->TellDone();
  worker->ExitCleanly();
  observer_.AwaitFreed(1);
  EXPECT_FALSE(std::filesystem::exists(checkpoint));
  EXPECT_FALSE(std::filesystem::exists(result.parent_path()));
  EXPECT_TRUE(std::filesystem::exists(worker_log));
}

TEST_F(JobRunnerTest, AVerdictCountsHoweverTheProcessEndsAfterIt) {
  StartRunner(PatientOptions());
  const std::string job = Submit("imdb").job;
  const auto worker = launcher_.Next();
  worker->TellDone();
  worker->Die("killed by signal 11 (SIGSEGV)");
  observer_.AwaitFreed(1);
  EXPECT_EQ(Stored(job).state, JobState::kSucceeded);
}

TEST_F(JobRunnerTest, ThePublisherSeesWhatTheJobAchieved) {
  StartRunner(PatientOptions());
  JobRecord seen;
  SetPublishHook([&](const JobRecord& job) { seen = job; });
  const std::string job = Submit("imdb").job;
  const auto worker = launcher_.Next();
  worker->TellEpochs(1, 3);
  worker->TellDone();
  worker->ExitCleanly();
  observer_.AwaitFreed(1);
  EXPECT_EQ(seen.job, job);
  EXPECT_EQ(seen.state, JobState::kRunning);
  EXPECT_EQ(seen.epoch, 3);
  EXPECT_EQ(seen.best_epoch, 1);
  EXPECT_EQ(seen.best_validation_accuracy, 0.75);
}

TEST_F(JobRunnerTest, ThePublisherMayUseTheRunner) {
  StartRunner(PatientOptions());
  SetPublishHook([&](const JobRecord&) {
    EventLog log;
    const auto watch = runner_->Watch("job-none", 0, log.sink());
    EXPECT_THAT(watch, StatusIs(absl::StatusCode::kNotFound));
  });
  const std::string job = Submit("imdb").job;
  const auto worker = launcher_.Next();
  worker->TellDone();
  worker->ExitCleanly();
  observer_.AwaitFreed(1);
  EXPECT_EQ(Stored(job).state, JobState::kSucceeded);
}

}  // namespace
}  // namespace carousel
