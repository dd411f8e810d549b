#include "core/store/retention.h"

#include <string>
#include <vector>

#include "tests/core/store/store_fixture.h"

namespace carousel {
namespace {

namespace fs = std::filesystem;
using absl::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr absl::Duration kDay = absl::Hours(24);

class RetentionTest : public StoreTest {
 protected:
  // What was removed under `policy`.
  std::vector<std::string> Apply(const RetentionPolicy& policy) {
    std::vector<std::string> removed;
    Retention retention(policy, *folder_, *database_, clock_,
                        [this](const std::string& model, std::int64_t version) {
                          return models_->Delete(model, version);
                        });
    EXPECT_OK(retention.Apply(
        [&](std::string_view what) { removed.emplace_back(what); }));
    return removed;
  }

  // A job that ended in that state just now, with a checkpoint and a log.
  std::string Ended(JobState state) {
    const auto job = AddJob();
    EXPECT_OK(job);
    EXPECT_OK(SetState(job->job, JobState::kRunning));
    EXPECT_OK(jobs_->AddEpoch(job->job, {.epoch = 1}));
    EXPECT_OK(SetState(job->job, state));
    EXPECT_OK(CreateFolder(folder_->job(job->job)));
    EXPECT_OK(WriteFileAtomically(folder_->checkpoint(job->job), "weights"));
    EXPECT_OK(WriteFileAtomically(folder_->job(job->job) / "worker.log", "."));
    return job->job;
  }

  // One that published a version of m, and that version.
  std::int64_t Published() {
    const std::string job = Ended(JobState::kSucceeded);
    const auto version = Publish("m", job);
    EXPECT_OK(version);
    EXPECT_OK(jobs_->Update(job, [&](JobRecord& record) {
      record.version = version->version;
      return absl::OkStatus();
    }));
    return version->version;
  }
};

TEST_F(RetentionTest, KeepsAllUnlessAsked) {
  for (int i = 0; i < 3; ++i) Published();
  Ended(JobState::kFailed);
  clock_.Advance(1000 * kDay);
  EXPECT_TRUE(RetentionPolicy().KeepsAll());
  EXPECT_THAT(Apply({}), IsEmpty());
}

TEST_F(RetentionTest, KeepsTheNewestVersionsOfEachModelAndAllWithALabel) {
  for (int i = 0; i < 5; ++i) ASSERT_OK(Publish("a", ""));
  for (int i = 0; i < 2; ++i) ASSERT_OK(Publish("b", ""));
  ASSERT_OK(models_->SetLabel("a", 1, kStableLabel));
  ASSERT_OK(models_->SetLabel("a", 5, kLatestLabel));
  EXPECT_THAT(Apply({.keep_versions = 2}), ElementsAre("model a@2"));
  EXPECT_THAT(Apply({.keep_versions = 1}),
              ElementsAre("model a@3", "model b@1"));
  EXPECT_THAT(Apply({.keep_versions = 1}), IsEmpty());
  for (const int version : {1, 4, 5}) {
    EXPECT_OK(models_->VerifiedFolder("a", version));
  }
  EXPECT_FALSE(fs::exists(folder_->model_version("a", 2)));
}

TEST_F(RetentionTest, AVersionThatGetsALabelMeanwhileStays) {
  for (int i = 0; i < 3; ++i) ASSERT_OK(Publish("a", ""));
  Retention retention({.keep_versions = 1}, *folder_, *database_, clock_,
                      [this](const std::string& model, std::int64_t version) {
                        if (version == 1) {
                          EXPECT_OK(models_->SetLabel(model, 1, kStableLabel));
                        }
                        return models_->Delete(model, version);
                      });
  std::vector<std::string> removed;
  EXPECT_OK(retention.Apply(
      [&](std::string_view what) { removed.emplace_back(what); }));
  EXPECT_THAT(removed, ElementsAre("model a@2"));
}

TEST_F(RetentionTest, OneErrorKeepsNothingElse) {
  for (int i = 0; i < 3; ++i) ASSERT_OK(Publish("a", ""));
  Retention retention({.keep_versions = 1}, *folder_, *database_, clock_,
                      [this](const std::string& model, std::int64_t version) {
                        return version == 1 ? absl::InternalError("a bad disk")
                                            : models_->Delete(model, version);
                      });
  std::vector<std::string> removed;
  EXPECT_THAT(retention.Apply(
                  [&](std::string_view what) { removed.emplace_back(what); }),
              StatusIs(StatusCode::kInternal));
  EXPECT_THAT(removed, ElementsAre("model a@2"));
}

TEST_F(RetentionTest, OldCheckpointsGoAndTheirJobsStay) {
  const std::string failed = Ended(JobState::kFailed);
  const std::string cancelled = Ended(JobState::kCancelled);
  clock_.Advance(2 * kDay);
  const std::string recent = Ended(JobState::kFailed);
  EXPECT_THAT(Apply({.keep_checkpoints = 3 * kDay}), IsEmpty());
  EXPECT_THAT(
      Apply({.keep_checkpoints = kDay}),
      ElementsAre("checkpoint of " + failed, "checkpoint of " + cancelled));
  EXPECT_FALSE(fs::exists(folder_->checkpoint(failed)));
  EXPECT_TRUE(fs::exists(folder_->job(failed) / "worker.log"));
  EXPECT_TRUE(fs::exists(folder_->checkpoint(recent)));
  EXPECT_OK(SetState(failed, JobState::kQueued));
  EXPECT_THAT(Apply({.keep_checkpoints = kDay}), IsEmpty());
}

TEST_F(RetentionTest, OldJobsGoWithTheirEpochsAndFolders) {
  const std::string failed = Ended(JobState::kFailed);
  const std::string cancelled = Ended(JobState::kCancelled);
  clock_.Advance(2 * kDay);
  const std::string recent = Ended(JobState::kFailed);
  EXPECT_THAT(Apply({.keep_jobs = kDay}), ElementsAre(failed, cancelled));
  EXPECT_THAT(jobs_->Get(failed), StatusIs(StatusCode::kNotFound));
  EXPECT_FALSE(fs::exists(folder_->job(failed)));
  EXPECT_OK(jobs_->Get(recent));
  EXPECT_TRUE(fs::is_empty(folder_->root() / "tmp"));
  // A number is never given twice.
  ASSERT_OK_AND_ASSIGN(const JobRecord next, AddJob());
  EXPECT_EQ(next.job, "job-000004");
}

TEST_F(RetentionTest, JobsThatWaitOrRunStayHoweverOld) {
  ASSERT_OK(AddJob());
  ASSERT_OK_AND_ASSIGN(const JobRecord running, AddJob());
  ASSERT_OK(SetState(running.job, JobState::kRunning));
  const std::string resumed = Ended(JobState::kFailed);
  ASSERT_OK(SetState(resumed, JobState::kQueued));
  clock_.Advance(1000 * kDay);
  EXPECT_THAT(Apply({.keep_checkpoints = kDay, .keep_jobs = kDay}), IsEmpty());
  EXPECT_TRUE(fs::exists(folder_->checkpoint(resumed)));
}

TEST_F(RetentionTest, AJobStaysWhileItsVersionDoesAndKeepsItsDataset) {
  Published();
  Published();
  clock_.Advance(2 * kDay);
  EXPECT_THAT(Apply({.keep_jobs = kDay}), IsEmpty());
  EXPECT_THAT(Apply({.keep_versions = 1, .keep_jobs = kDay}),
              ElementsAre("model m@1", "job-000001"));
  EXPECT_OK(models_->VerifiedFolder("m", 2));
  EXPECT_THAT(assets_->DeleteDataset("imdb"),
              StatusIs(StatusCode::kFailedPrecondition));
  EXPECT_OK(assets_->VerifiedVectors("glove"));
}

}  // namespace
}  // namespace carousel
