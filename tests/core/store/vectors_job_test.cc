// Jobs that train word vectors, in the catalogue.
#include "gmock/gmock.h"
#include "tests/core/store/store_fixture.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class VectorsJobTest : public StoreTest {
 protected:
  void SetUp() override {
    for (const char* name : {"imdb", "more", "most"}) {
      ASSERT_OK(AddDataset(name, name).status());
    }
  }

  static JobRecord Ask(const std::string& vectors) {
    return {.kind = JobKind::kVectors,
            .dataset = "imdb",
            .other_datasets = {"more", "most"},
            .vectors = vectors,
            .hyperparameters = "{}",
            .epochs = 5};
  }
};

TEST_F(VectorsJobTest, RemembersWhatItWasAskedFor) {
  const auto added = jobs_->Add(Ask("own"));
  ASSERT_OK(added);
  Reopen();
  const auto job = jobs_->Get(added->job);
  ASSERT_OK(job);
  EXPECT_EQ(job->kind, JobKind::kVectors);
  EXPECT_EQ(job->vectors, "own");
  EXPECT_EQ(job->model, "");
  EXPECT_EQ(job->dataset, "imdb");
  EXPECT_THAT(job->other_datasets, ElementsAre("more", "most"));
}

TEST_F(VectorsJobTest, AModelsJobIsOfTheOtherKind) {
  const auto job = AddJob();
  ASSERT_OK(job);
  EXPECT_EQ(job->kind, JobKind::kModel);
  EXPECT_THAT(job->other_datasets, IsEmpty());
}

TEST_F(VectorsJobTest, NamesADatasetThatIsNotThere) {
  JobRecord ask = Ask("own");
  ask.other_datasets.push_back("nowhere");
  EXPECT_THAT(jobs_->Add(ask),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("\"nowhere\"")));
}

TEST_F(VectorsJobTest, RefusesANameThatIsTaken) {
  ASSERT_OK(AddVectors("glove", "v").status());
  EXPECT_THAT(jobs_->Add(Ask("glove")),
              StatusIs(absl::StatusCode::kAlreadyExists,
                       HasSubstr("there are vectors glove already")));
}

TEST_F(VectorsJobTest, RefusesANameThatAnotherJobIsOn) {
  const auto first = jobs_->Add(Ask("own"));
  ASSERT_OK(first);
  EXPECT_THAT(jobs_->Add(Ask("own")),
              StatusIs(absl::StatusCode::kAlreadyExists,
                       HasSubstr(first->job + ", which is QUEUED")));
  ASSERT_OK(SetState(first->job, JobState::kCancelled));
  EXPECT_OK(jobs_->Add(Ask("own")));
}

TEST_F(VectorsJobTest, TheSameRequestMustAskForTheSame) {
  JobRecord ask = Ask("own");
  ask.request_id = "once";
  const auto first = jobs_->Add(ask);
  ASSERT_OK(first);
  EXPECT_EQ(jobs_->Add(ask)->job, first->job);
  ask.other_datasets.pop_back();
  EXPECT_THAT(jobs_->Add(ask), StatusIs(absl::StatusCode::kAlreadyExists));
}

TEST_F(VectorsJobTest, KeepsItsDatasetsWhileItMayNeedThem) {
  const auto job = jobs_->Add(Ask("own"));
  ASSERT_OK(job);
  for (const char* name : {"imdb", "most"}) {
    EXPECT_THAT(assets_->DeleteDataset(name),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         HasSubstr(job->job + " (QUEUED)")));
  }
  ASSERT_OK(SetState(job->job, JobState::kRunning));
  ASSERT_OK(SetState(job->job, JobState::kSucceeded));
  EXPECT_OK(assets_->DeleteDataset("imdb"));
  EXPECT_OK(assets_->DeleteDataset("most"));
}

TEST_F(VectorsJobTest, DoesNotKeepVectorsThatTookItsName) {
  const auto job = jobs_->Add(Ask("own"));
  ASSERT_OK(job);
  ASSERT_OK(AddVectors("own", "imported meanwhile").status());
  EXPECT_OK(assets_->DeleteVectors("own"));
}

}  // namespace
}  // namespace carousel
