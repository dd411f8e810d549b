#include "core/store/job_removal.h"

#include <string>

#include "tests/core/store/store_fixture.h"

namespace carousel {
namespace {

namespace fs = std::filesystem;
using absl::StatusCode;
using ::testing::AllOf;
using ::testing::HasSubstr;

class JobRemovalTest : public StoreTest {
 protected:
  std::string JobThatIs(JobState state) {
    const auto job = AddJob();
    EXPECT_OK(job);
    if (state == JobState::kQueued) return job->job;
    EXPECT_OK(SetState(job->job, JobState::kRunning));
    EXPECT_OK(jobs_->AddEpoch(job->job, {.epoch = 1}));
    if (state != JobState::kRunning) EXPECT_OK(SetState(job->job, state));
    EXPECT_OK(CreateFolder(folder_->job(job->job)));
    EXPECT_OK(WriteFileAtomically(folder_->checkpoint(job->job), "weights"));
    return job->job;
  }
};

TEST_F(JobRemovalTest, TakesTheRowTheEpochsAndTheFolder) {
  for (const JobState state : {JobState::kFailed, JobState::kCancelled}) {
    const std::string job = JobThatIs(state);
    const std::string other = JobThatIs(JobState::kFailed);
    EXPECT_OK(RemoveJob(*folder_, *database_, job));
    EXPECT_THAT(jobs_->Get(job), StatusIs(StatusCode::kNotFound));
    EXPECT_THAT(jobs_->ListEpochs(job), StatusIs(StatusCode::kNotFound));
    EXPECT_FALSE(fs::exists(folder_->job(job)));
    EXPECT_TRUE(fs::is_empty(folder_->root() / "tmp"));
    EXPECT_OK(jobs_->Get(other));
    EXPECT_TRUE(fs::exists(folder_->checkpoint(other)));
  }
}

TEST_F(JobRemovalTest, LeavesAJobThatIsNotOver) {
  for (const JobState state : {JobState::kQueued, JobState::kRunning}) {
    const std::string job = JobThatIs(state);
    EXPECT_THAT(RemoveJob(*folder_, *database_, job),
                StatusIs(StatusCode::kFailedPrecondition,
                         AllOf(HasSubstr(std::string(ToString(state))),
                               HasSubstr("cancel it first"))));
    EXPECT_OK(jobs_->Get(job));
  }
}

TEST_F(JobRemovalTest, LeavesAJobWhileItsVersionIsThere) {
  const std::string job = JobThatIs(JobState::kSucceeded);
  ASSERT_OK(Publish("m", job));
  EXPECT_THAT(RemoveJob(*folder_, *database_, job),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("m@1")));
  EXPECT_OK(jobs_->Get(job));
  ASSERT_OK(models_->Delete("m", 1));
  EXPECT_OK(RemoveJob(*folder_, *database_, job));
  // Nothing keeps what it was trained on any more.
  EXPECT_OK(assets_->DeleteDataset("imdb"));
}

TEST_F(JobRemovalTest, LeavesAJobWhileItsVectorsAreThere) {
  const std::string job = JobThatIs(JobState::kSucceeded);
  ASSERT_OK(assets_->AddVectors({.name = "own", .sha256 = "o", .job = job},
                                Content("vectors", "own words")));
  EXPECT_THAT(RemoveJob(*folder_, *database_, job),
              StatusIs(StatusCode::kFailedPrecondition, HasSubstr("\"own\"")));
  EXPECT_OK(jobs_->Get(job));
  ASSERT_OK(assets_->DeleteVectors("own"));
  EXPECT_OK(RemoveJob(*folder_, *database_, job));
}

TEST_F(JobRemovalTest, NeedsNoFolder) {
  const std::string job = JobThatIs(JobState::kFailed);
  fs::remove_all(folder_->job(job));
  EXPECT_OK(RemoveJob(*folder_, *database_, job));
}

TEST_F(JobRemovalTest, NamesAJobThatIsNotThere) {
  for (const char* job : {"job-000009", "job-1", "..", ""}) {
    EXPECT_THAT(RemoveJob(*folder_, *database_, job),
                StatusIs(StatusCode::kNotFound))
        << job;
  }
}

TEST_F(JobRemovalTest, ItsRequestIdIsFreeAgain) {
  const auto job = AddJob("once");
  ASSERT_OK(job);
  ASSERT_OK(SetState(job->job, JobState::kCancelled));
  EXPECT_OK(RemoveJob(*folder_, *database_, job->job));
  ASSERT_OK_AND_ASSIGN(const JobRecord next, AddJob("once"));
  EXPECT_EQ(next.job, "job-000002");
}

}  // namespace
}  // namespace carousel
