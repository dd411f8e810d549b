#include "core/store/job_store.h"

#include <cmath>
#include <limits>

#include "tests/core/store/store_fixture.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Optional;

constexpr JobState kStates[] = {JobState::kQueued, JobState::kRunning,
                                JobState::kSucceeded, JobState::kFailed,
                                JobState::kCancelled};

// Rows: from; columns: to; both in the order of kStates.
constexpr bool kLegal[5][5] = {
    {false, true, false, false, true},    // QUEUED
    {true, false, true, true, true},      // RUNNING
    {false, false, false, false, false},  // SUCCEEDED
    {true, false, false, false, false},   // FAILED
    {true, false, false, false, false},   // CANCELLED
};

class JobStoreTest : public StoreTest {
 protected:
  // Brings a new job into `state` by legal steps.
  std::string JobIn(JobState state) {
    std::string job = AddJob()->job;
    if (state == JobState::kQueued) return job;
    EXPECT_OK(SetState(job, JobState::kRunning).status());
    if (state != JobState::kRunning) {
      EXPECT_OK(SetState(job, state).status());
    }
    return job;
  }
  std::vector<std::string> Names(const std::vector<JobRecord>& jobs) {
    std::vector<std::string> names;
    for (const JobRecord& job : jobs) names.push_back(job.job);
    return names;
  }
};

EpochRecord Epoch(std::int64_t epoch, double validation_accuracy) {
  return {.epoch = epoch,
          .train_loss = 0.5,
          .train_accuracy = 0.75,
          .validation_loss = 0.25,
          .validation_accuracy = validation_accuracy,
          .learning_rate = 0.001,
          .gradient_norm = 2.5,
          .tokens_per_second = 1000.0 * static_cast<double>(epoch),
          .seconds = 1.5};
}

TEST_F(JobStoreTest, OnlyTheLegalTransitionsReachTheDisk) {
  for (int from = 0; from < kJobStates; ++from) {
    for (int to = 0; to < kJobStates; ++to) {
      EXPECT_EQ(IsLegalTransition(kStates[from], kStates[to]),
                kLegal[from][to]);
      if (from == to) continue;  // no transition
      const std::string job = JobIn(kStates[from]);
      const absl::StatusOr<JobRecord> moved = SetState(job, kStates[to]);
      if (kLegal[from][to]) {
        EXPECT_OK(moved.status());
      } else {
        EXPECT_THAT(
            moved,
            StatusIs(absl::StatusCode::kFailedPrecondition,
                     AllOf(HasSubstr(job),
                           HasSubstr(std::string(ToString(kStates[from]))),
                           HasSubstr(std::string(ToString(kStates[to]))))));
      }
      EXPECT_EQ(jobs_->Get(job)->state, kStates[kLegal[from][to] ? to : from]);
    }
  }
}

TEST_F(JobStoreTest, AnUpdateMayKeepTheState) {
  for (const JobState state : kStates) {
    const std::string job = JobIn(state);
    EXPECT_OK(jobs_
                  ->Update(job,
                           [](JobRecord& record) {
                             record.version = 7;
                             return absl::OkStatus();
                           })
                  .status());
    EXPECT_EQ(jobs_->Get(job)->version, 7);
    EXPECT_EQ(jobs_->Get(job)->state, state);
  }
}

TEST_F(JobStoreTest, EveryFieldSurvivesARestart) {
  ASSERT_OK(AddDataset("imdb", "d").status());
  ASSERT_OK(AddVectors("glove", "v").status());
  ASSERT_OK_AND_ASSIGN(const JobRecord added,
                       jobs_->Add({.model = "m",
                                   .dataset = "imdb",
                                   .vectors = "glove",
                                   .hyperparameters = "{\"a\": \"b'c\"}",
                                   .epochs = 50,
                                   .request_id = "r-1",
                                   .origin = {"abc-123", "00-trace-span-01"},
                                   .promote_if_better = true}));
  EXPECT_EQ(added.job, "job-000001");
  EXPECT_EQ(added.state, JobState::kQueued);
  EXPECT_EQ(added.created_at, clock_.Now());
  Reopen();
  ASSERT_OK_AND_ASSIGN(const JobRecord read, jobs_->Get("job-000001"));
  EXPECT_EQ(read.model, "m");
  EXPECT_EQ(read.dataset, "imdb");
  EXPECT_EQ(read.vectors, "glove");
  EXPECT_EQ(read.hyperparameters, "{\"a\": \"b'c\"}");
  EXPECT_EQ(read.epochs, 50);
  EXPECT_EQ(read.request_id, "r-1");
  EXPECT_EQ(read.origin, (CallOrigin{"abc-123", "00-trace-span-01"}));
  EXPECT_TRUE(read.promote_if_better);
  EXPECT_FALSE(read.cancel_requested);
  EXPECT_EQ(read.created_at, clock_.Now());
  EXPECT_EQ(read.started_at, std::nullopt);
  EXPECT_EQ(read.ended_at, std::nullopt);
  EXPECT_EQ(read.best_validation_accuracy, std::nullopt);
  EXPECT_EQ(read.tokens_per_second, std::nullopt);
}

TEST_F(JobStoreTest, NumbersGrowAndSurviveARestart) {
  EXPECT_EQ(AddJob()->job, "job-000001");
  EXPECT_EQ(AddJob()->job, "job-000002");
  Reopen();
  EXPECT_EQ(AddJob()->job, "job-000003");
}

TEST_F(JobStoreTest, TheSameRequestGetsTheSameJob) {
  ASSERT_OK_AND_ASSIGN(const JobRecord first, AddJob("r-1"));
  ASSERT_OK(SetState(first.job, JobState::kRunning).status());
  ASSERT_OK_AND_ASSIGN(const JobRecord again, AddJob("r-1"));
  EXPECT_EQ(again.job, first.job);
  EXPECT_EQ(again.state, JobState::kRunning);
  EXPECT_NE(AddJob("r-2")->job, first.job);
  EXPECT_NE(AddJob("")->job, AddJob("")->job);
}

TEST_F(JobStoreTest, ARequestIdIsNotGivenToAnotherRequest) {
  ASSERT_OK_AND_ASSIGN(const JobRecord first, AddJob("r-1"));
  void (*const changes[])(JobRecord&) = {
      [](JobRecord& job) { job.model = "other"; },
      [](JobRecord& job) { job.dataset = "other"; },
      [](JobRecord& job) { job.vectors = "other"; },
      [](JobRecord& job) { job.hyperparameters = "{\"seed\": 2}"; },
      [](JobRecord& job) { job.epochs = 6; },
      [](JobRecord& job) { job.promote_if_better = true; },
  };
  for (const auto change : changes) {
    JobRecord other = first;
    change(other);
    EXPECT_THAT(jobs_->Add(other),
                StatusIs(absl::StatusCode::kAlreadyExists,
                         AllOf(HasSubstr("r-1"), HasSubstr(first.job))));
  }
  EXPECT_EQ(jobs_->List(std::nullopt, {})->records.size(), 1u);
}

TEST_F(JobStoreTest, AJobNeedsItsDatasetAndItsVectors) {
  EXPECT_THAT(jobs_->Add({.model = "m", .dataset = "d", .vectors = "v"}),
              StatusIs(absl::StatusCode::kNotFound, "dataset \"d\" not found"));
  ASSERT_OK(AddDataset("d", "x").status());
  EXPECT_THAT(jobs_->Add({.model = "m", .dataset = "d", .vectors = "v"}),
              StatusIs(absl::StatusCode::kNotFound, "vectors \"v\" not found"));
}

TEST_F(JobStoreTest, WhatIsNoJobIsNotFound) {
  ASSERT_OK(AddJob().status());
  for (const char* job : {"job-000002", "job-1", "job-0000001", "job-",
                          "job--00001", "1", "", "../job-000001"}) {
    EXPECT_THAT(jobs_->Get(job), StatusIs(absl::StatusCode::kNotFound)) << job;
    EXPECT_THAT(jobs_->AddEpoch(job, Epoch(1, 0.5)),
                StatusIs(absl::StatusCode::kNotFound));
    EXPECT_THAT(jobs_->ListEpochs(job), StatusIs(absl::StatusCode::kNotFound));
    EXPECT_THAT(SetState(job, JobState::kRunning),
                StatusIs(absl::StatusCode::kNotFound));
  }
}

TEST_F(JobStoreTest, TimesFollowTheStates) {
  const std::string job = AddJob()->job;
  const absl::Time created = clock_.Now();
  clock_.Advance(absl::Seconds(1));
  const absl::Time started = clock_.Now();
  ASSERT_OK(SetState(job, JobState::kRunning).status());
  clock_.Advance(absl::Seconds(1));
  ASSERT_OK(SetState(job, JobState::kQueued).status());
  EXPECT_THAT(jobs_->Get(job)->started_at, Optional(started));
  ASSERT_OK(SetState(job, JobState::kRunning).status());
  EXPECT_THAT(jobs_->Get(job)->started_at, Optional(started));
  EXPECT_EQ(jobs_->Get(job)->ended_at, std::nullopt);
  clock_.Advance(absl::Seconds(1));
  ASSERT_OK(SetState(job, JobState::kFailed).status());
  EXPECT_THAT(jobs_->Get(job)->ended_at, Optional(clock_.Now()));
  clock_.Advance(absl::Seconds(1));
  ASSERT_OK(SetState(job, JobState::kQueued).status());
  EXPECT_EQ(jobs_->Get(job)->ended_at, std::nullopt);
  EXPECT_THAT(jobs_->Get(job)->started_at, Optional(started));
  EXPECT_EQ(jobs_->Get(job)->created_at, created);
}

TEST_F(JobStoreTest, AJobThatIsQueuedAgainStartsClean) {
  const std::string job = JobIn(JobState::kRunning);
  ASSERT_OK(jobs_
                ->Update(job,
                         [](JobRecord& record) {
                           record.state = JobState::kFailed;
                           record.error = "out of memory";
                           record.cancel_requested = true;
                           record.worker_deaths = 2;
                           return absl::OkStatus();
                         })
                .status());
  EXPECT_EQ(jobs_->Get(job)->error, "out of memory");
  ASSERT_OK_AND_ASSIGN(const JobRecord queued,
                       SetState(job, JobState::kQueued));
  EXPECT_EQ(queued.error, "");
  EXPECT_FALSE(queued.cancel_requested);
  EXPECT_EQ(queued.worker_deaths, 0);
}

TEST_F(JobStoreTest, ARunningJobThatIsQueuedAgainKeepsItsDeaths) {
  const std::string job = JobIn(JobState::kRunning);
  ASSERT_OK_AND_ASSIGN(const JobRecord queued,
                       jobs_->Update(job, [](JobRecord& record) {
                         record.state = JobState::kQueued;
                         record.worker_deaths = 1;
                         return absl::OkStatus();
                       }));
  EXPECT_EQ(queued.worker_deaths, 1);
}

TEST_F(JobStoreTest, ARefusedChangeChangesNothing) {
  const std::string job = AddJob()->job;
  EXPECT_THAT(jobs_->Update(job,
                            [](JobRecord& record) {
                              record.cancel_requested = true;
                              return absl::AbortedError("no");
                            }),
              StatusIs(absl::StatusCode::kAborted, "no"));
  EXPECT_FALSE(jobs_->Get(job)->cancel_requested);
}

TEST_F(JobStoreTest, WhatAJobWasAskedToDoStays) {
  const std::string job = AddJob()->job;
  ASSERT_OK_AND_ASSIGN(const JobRecord record,
                       jobs_->Update(job, [](JobRecord& record) {
                         record.job = "job-000099";
                         record.model = "other";
                         record.hyperparameters = "other";
                         record.epochs = 99;
                         return absl::OkStatus();
                       }));
  EXPECT_EQ(record.job, job);
  EXPECT_EQ(record.model, "m");
  EXPECT_EQ(record.hyperparameters, "{}");
  EXPECT_EQ(record.epochs, 5);
}

TEST_F(JobStoreTest, CountsByState) {
  JobIn(JobState::kQueued);
  JobIn(JobState::kQueued);
  JobIn(JobState::kSucceeded);
  EXPECT_THAT(jobs_->CountByState(), IsOkAndHolds(ElementsAre(2, 0, 1, 0, 0)));
}

TEST_F(JobStoreTest, ListsNewestFirstAndInStateOldestFirst) {
  JobIn(JobState::kQueued);
  JobIn(JobState::kRunning);
  JobIn(JobState::kQueued);
  EXPECT_THAT(Names(jobs_->List(std::nullopt, {})->records),
              ElementsAre("job-000003", "job-000002", "job-000001"));
  EXPECT_THAT(Names(jobs_->List(JobState::kQueued, {})->records),
              ElementsAre("job-000003", "job-000001"));
  EXPECT_THAT(Names(*jobs_->InState(JobState::kQueued)),
              ElementsAre("job-000001", "job-000003"));
  EXPECT_THAT(*jobs_->InState(JobState::kFailed), IsEmpty());
}

TEST_F(JobStoreTest, PagesGoOnWhereTheyEndedThoughJobsAreAdded) {
  for (int i = 0; i < 5; ++i) ASSERT_OK(AddJob().status());
  ASSERT_OK_AND_ASSIGN(const auto first,
                       jobs_->List(std::nullopt, {.page_size = 2}));
  ASSERT_OK(AddJob().status());
  ASSERT_OK_AND_ASSIGN(
      const auto second,
      jobs_->List(std::nullopt,
                  {.page_size = 2, .page_token = first.next_page_token}));
  ASSERT_OK_AND_ASSIGN(
      const auto third,
      jobs_->List(std::nullopt,
                  {.page_size = 2, .page_token = second.next_page_token}));
  EXPECT_THAT(Names(first.records), ElementsAre("job-000005", "job-000004"));
  EXPECT_THAT(Names(second.records), ElementsAre("job-000003", "job-000002"));
  EXPECT_THAT(Names(third.records), ElementsAre("job-000001"));
  EXPECT_EQ(third.next_page_token, "");
  EXPECT_THAT(
      jobs_->List(JobState::kQueued, {.page_token = first.next_page_token}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("page_token")));
}

TEST_F(JobStoreTest, EpochsMoveTheJobOn) {
  const std::string job = JobIn(JobState::kRunning);
  ASSERT_OK(jobs_->AddEpoch(job, Epoch(1, 0.7)).status());
  ASSERT_OK(jobs_->AddEpoch(job, Epoch(2, 0.8)).status());
  ASSERT_OK_AND_ASSIGN(const JobRecord record,
                       jobs_->AddEpoch(job, Epoch(3, 0.8)));
  EXPECT_EQ(record.epoch, 3);
  EXPECT_EQ(record.best_epoch, 2) << "the earlier of equal epochs";
  EXPECT_THAT(record.best_validation_accuracy, Optional(0.8));
  EXPECT_THAT(record.tokens_per_second, Optional(3000.0));
  Reopen();
  EXPECT_THAT(
      jobs_->ListEpochs(job),
      IsOkAndHolds(ElementsAre(Epoch(1, 0.7), Epoch(2, 0.8), Epoch(3, 0.8))));
  EXPECT_EQ(jobs_->Get(job)->epoch, 3);
}

TEST_F(JobStoreTest, OfEquallyAccurateEpochsTheSurerIsTheBest) {
  const std::string job = JobIn(JobState::kRunning);
  EpochRecord surer = Epoch(2, 0.8);
  surer.validation_loss = Epoch(1, 0.8).validation_loss - 0.1;
  ASSERT_OK(jobs_->AddEpoch(job, Epoch(1, 0.8)).status());
  EXPECT_EQ(jobs_->AddEpoch(job, surer)->best_epoch, 2);
}

TEST_F(JobStoreTest, AnEpochToldAgainChangesNothing) {
  const std::string job = JobIn(JobState::kRunning);
  ASSERT_OK(jobs_->AddEpoch(job, Epoch(1, 0.7)).status());
  ASSERT_OK(jobs_->AddEpoch(job, Epoch(2, 0.8)).status());
  ASSERT_OK(jobs_
                ->Update(job,
                         [](JobRecord& record) {
                           record.worker_deaths = 1;
                           return absl::OkStatus();
                         })
                .status());
  ASSERT_OK_AND_ASSIGN(const JobRecord record,
                       jobs_->AddEpoch(job, Epoch(1, 0.99)));
  EXPECT_EQ(record.epoch, 2);
  EXPECT_EQ(record.best_epoch, 2);
  EXPECT_EQ(record.worker_deaths, 1) << "an old epoch is no progress";
  EXPECT_THAT(jobs_->ListEpochs(job),
              IsOkAndHolds(ElementsAre(Epoch(1, 0.7), Epoch(2, 0.8))));
  EXPECT_EQ(jobs_->AddEpoch(job, Epoch(3, 0.5))->worker_deaths, 0);
}

TEST_F(JobStoreTest, AnEpochThatDivergedIsKeptButNeverTheBest) {
  const std::string job = JobIn(JobState::kRunning);
  EpochRecord diverged = Epoch(1, std::numeric_limits<double>::quiet_NaN());
  diverged.train_loss = std::numeric_limits<double>::quiet_NaN();
  diverged.gradient_norm = std::numeric_limits<double>::infinity();
  ASSERT_OK_AND_ASSIGN(const JobRecord record, jobs_->AddEpoch(job, diverged));
  EXPECT_EQ(record.epoch, 1);
  EXPECT_EQ(record.best_epoch, 0);
  EXPECT_EQ(record.best_validation_accuracy, std::nullopt);
  ASSERT_OK_AND_ASSIGN(const auto epochs, jobs_->ListEpochs(job));
  ASSERT_EQ(epochs.size(), 1u);
  EXPECT_TRUE(std::isnan(epochs[0].train_loss));
  EXPECT_TRUE(std::isnan(epochs[0].validation_accuracy));
  EXPECT_TRUE(std::isinf(epochs[0].gradient_norm));
}

TEST_F(JobStoreTest, EpochsCountFromOne) {
  const std::string job = JobIn(JobState::kRunning);
  EXPECT_THAT(jobs_->AddEpoch(job, Epoch(0, 0.5)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "epoch is 0; it must be at least 1"));
  EXPECT_THAT(*jobs_->ListEpochs(job), IsEmpty());
}

}  // namespace
}  // namespace carousel
