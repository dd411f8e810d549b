#include "core/store/asset_store.h"

#include "SQLiteCpp/SQLiteCpp.h"
#include "tests/core/store/store_fixture.h"

namespace carousel {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class AssetStoreTest : public StoreTest {
 protected:
  template <typename Record>
  static std::vector<std::string> Names(const Page<Record>& page) {
    std::vector<std::string> names;
    for (const Record& record : page.records) names.push_back(record.name);
    return names;
  }
};

TEST_F(AssetStoreTest, ADatasetSurvivesARestart) {
  ASSERT_OK_AND_ASSIGN(const AssetStore::Added added, AddDataset("imdb", "d"));
  EXPECT_TRUE(added.is_new);
  Reopen();
  ASSERT_OK(assets_->Recover());
  ASSERT_OK_AND_ASSIGN(const DatasetRecord record, assets_->GetDataset("imdb"));
  EXPECT_EQ(record.name, "imdb");
  EXPECT_EQ(record.sha256, "d");
  EXPECT_EQ(record.rows, 10);
  EXPECT_FALSE(record.unlabelled);
  EXPECT_EQ(record.created_at, clock_.Now());
  ASSERT_OK_AND_ASSIGN(const fs::path path, assets_->VerifiedDataset("imdb"));
  EXPECT_EQ(path, folder_->dataset("imdb"));
  EXPECT_THAT(ReadFile(path / "rows"), IsOkAndHolds("rows of d"));
}

TEST_F(AssetStoreTest, VectorsSurviveARestart) {
  ASSERT_OK(AddVectors("glove", "v").status());
  Reopen();
  ASSERT_OK(assets_->Recover());
  ASSERT_OK_AND_ASSIGN(const VectorsRecord record,
                       assets_->GetVectors("glove"));
  EXPECT_EQ(record.name, "glove");
  EXPECT_EQ(record.sha256, "v");
  EXPECT_EQ(record.format, "glove");
  EXPECT_EQ(record.words, 3);
  EXPECT_EQ(record.dimension, 2);
  EXPECT_EQ(record.bytes, 20);
  EXPECT_EQ(record.created_at, clock_.Now());
  ASSERT_OK_AND_ASSIGN(const fs::path path, assets_->VerifiedVectors("glove"));
  EXPECT_EQ(path, folder_->vectors_file("glove"));
  EXPECT_THAT(ReadFile(path), IsOkAndHolds("words of v"));
}

TEST_F(AssetStoreTest, KnowsWhichDatasetsAreUnlabelled) {
  ASSERT_OK(
      assets_
          ->AddDataset({.name = "texts", .sha256 = "t", .unlabelled = true},
                       Content("rows", "texts"))
          .status());
  Reopen();
  EXPECT_TRUE(assets_->GetDataset("texts")->unlabelled);
  EXPECT_TRUE(assets_->ListDatasets({})->records[0].unlabelled);
}

TEST_F(AssetStoreTest, HandsOutTheCountsOfVectorsThatHaveThem) {
  const fs::path content = Content("vectors", "words");
  ASSERT_OK(WriteFileAtomically(content / "counts", "good 3"));
  ASSERT_OK(assets_
                ->AddVectors({.name = "glove",
                              .sha256 = "v",
                              .has_counts = true,
                              .job = "job-000007"},
                             content)
                .status());
  ASSERT_OK(AddVectors("bare", "w").status());
  Reopen();
  EXPECT_TRUE(assets_->GetVectors("glove")->has_counts);
  EXPECT_EQ(assets_->GetVectors("glove")->job, "job-000007");
  ASSERT_OK_AND_ASSIGN(const fs::path path,
                       assets_->VerifiedWordCounts("glove"));
  EXPECT_EQ(path, folder_->word_counts_file("glove"));
  EXPECT_THAT(ReadFile(path), IsOkAndHolds("good 3"));
  EXPECT_THAT(assets_->VerifiedWordCounts("bare").status(),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "vectors \"bare\" came without counts of words"));
  EXPECT_THAT(assets_->VerifiedWordCounts("none").status(),
              StatusIs(absl::StatusCode::kNotFound));
  ASSERT_OK(WriteFileAtomically(path, "good 4"));
  EXPECT_THAT(assets_->VerifiedWordCounts("glove").status(),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("glove/counts")));
}

TEST_F(AssetStoreTest, DatasetsAndVectorsHaveNamesOfTheirOwn) {
  EXPECT_OK(AddDataset("x", "1").status());
  EXPECT_OK(AddVectors("x", "2").status());
  ASSERT_OK(assets_->DeleteDataset("x"));
  EXPECT_OK(assets_->VerifiedVectors("x").status());
}

TEST_F(AssetStoreTest, TheSameContentAgainIsNoChange) {
  ASSERT_OK(AddDataset("imdb", "d").status());
  clock_.Advance(absl::Hours(1));
  ASSERT_OK_AND_ASSIGN(const AssetStore::Added again, AddDataset("imdb", "d"));
  EXPECT_FALSE(again.is_new);
  EXPECT_LT(assets_->GetDataset("imdb")->created_at, clock_.Now());
  EXPECT_TRUE(fs::is_empty(root_ / "tmp")) << "the content is gone";
}

TEST_F(AssetStoreTest, OtherContentUnderATakenNameIsRefused) {
  ASSERT_OK(AddDataset("imdb", "d").status());
  EXPECT_THAT(
      AddDataset("imdb", "other").status(),
      StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("dataset imdb")));
  EXPECT_EQ(assets_->GetDataset("imdb")->sha256, "d");
  EXPECT_THAT(ReadFile(folder_->dataset("imdb") / "rows"),
              IsOkAndHolds("rows of d"));
  EXPECT_TRUE(fs::is_empty(root_ / "tmp")) << "the content is gone";
}

TEST_F(AssetStoreTest, ANameThatLeavesTheFolderIsRefused) {
  for (const char* name : {"../evil", "", ".", "..", "a/b", ".tmp-x"}) {
    EXPECT_THAT(AddDataset(name, "d").status(),
                StatusIs(absl::StatusCode::kInvalidArgument))
        << name;
    EXPECT_THAT(assets_->DeleteDataset(name),
                StatusIs(absl::StatusCode::kNotFound))
        << name;
    EXPECT_THAT(assets_->VerifiedVectors(name).status(),
                StatusIs(absl::StatusCode::kNotFound))
        << name;
  }
  EXPECT_TRUE(fs::is_empty(root_ / "tmp")) << "the content is gone";
  EXPECT_TRUE(fs::is_directory(root_ / "datasets"));
}

TEST_F(AssetStoreTest, WhatIsNotThereIsNotFound) {
  EXPECT_THAT(assets_->GetDataset("x").status(),
              StatusIs(absl::StatusCode::kNotFound, "dataset \"x\" not found"));
  EXPECT_THAT(assets_->GetVectors("x").status(),
              StatusIs(absl::StatusCode::kNotFound, "vectors \"x\" not found"));
  EXPECT_THAT(assets_->DeleteDataset("x"),
              StatusIs(absl::StatusCode::kNotFound, "dataset \"x\" not found"));
  EXPECT_THAT(assets_->DeleteVectors("x"),
              StatusIs(absl::StatusCode::kNotFound, "vectors \"x\" not found"));
}

TEST_F(AssetStoreTest, DamagedContentIsNotHandedOut) {
  ASSERT_OK(AddDataset("imdb", "d").status());
  ASSERT_OK(
      WriteFileAtomically(folder_->dataset("imdb") / "rows", "rows of e"));
  EXPECT_THAT(assets_->VerifiedDataset("imdb").status(),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("imdb/rows"), HasSubstr("changed"))));
}

TEST_F(AssetStoreTest, ListsByNameInPages) {
  for (const char* name : {"c", "a", "d", "b"}) {
    ASSERT_OK(AddDataset(name, name).status());
  }
  ASSERT_OK_AND_ASSIGN(const auto all, assets_->ListDatasets({}));
  EXPECT_THAT(Names(all), ElementsAre("a", "b", "c", "d"));
  EXPECT_EQ(all.next_page_token, "");
  ASSERT_OK_AND_ASSIGN(const auto first,
                       assets_->ListDatasets({.page_size = 3}));
  EXPECT_THAT(Names(first), ElementsAre("a", "b", "c"));
  ASSERT_OK_AND_ASSIGN(
      const auto second,
      assets_->ListDatasets(
          {.page_size = 3, .page_token = first.next_page_token}));
  EXPECT_THAT(Names(second), ElementsAre("d"));
  EXPECT_EQ(second.next_page_token, "");
  ASSERT_OK_AND_ASSIGN(const auto exact,
                       assets_->ListDatasets({.page_size = 4}));
  EXPECT_EQ(exact.next_page_token, "") << "no empty last page";
  EXPECT_THAT(Names(*assets_->ListVectors({})), IsEmpty());
}

TEST_F(AssetStoreTest, WrongPagesAreRefused) {
  EXPECT_THAT(
      assets_->ListDatasets({.page_size = -1}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("page_size")));
  ASSERT_OK(AddDataset("a", "a").status());
  ASSERT_OK(AddDataset("b", "b").status());
  const std::string token =
      assets_->ListDatasets({.page_size = 1})->next_page_token;
  ASSERT_THAT(token, Not(IsEmpty()));
  for (const std::string& wrong :
       {std::string("?"), std::string("abc"), token + "x"}) {
    EXPECT_THAT(
        assets_->ListVectors({.page_token = wrong}),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("page_token")));
  }
  EXPECT_THAT(assets_->ListVectors({.page_token = token}),
              StatusIs(absl::StatusCode::kInvalidArgument))
      << "a token of another list";
}

TEST_F(AssetStoreTest, DeletingRemovesRowAndFolder) {
  ASSERT_OK(AddDataset("imdb", "d").status());
  ASSERT_OK(assets_->DeleteDataset("imdb"));
  EXPECT_THAT(assets_->GetDataset("imdb").status(),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_FALSE(fs::exists(folder_->dataset("imdb")));
  ASSERT_OK_AND_ASSIGN(const auto added, AddDataset("imdb", "other"));
  EXPECT_TRUE(added.is_new);
  EXPECT_OK(assets_->VerifiedDataset("imdb").status());
}

TEST_F(AssetStoreTest, AJobThatRunsOrMayRunAgainKeepsItsDatasetAndVectors) {
  ASSERT_OK_AND_ASSIGN(const JobRecord job, AddJob());
  for (const JobState state :
       {JobState::kQueued, JobState::kRunning, JobState::kFailed}) {
    if (state != JobState::kQueued) {
      ASSERT_OK(SetState(job.job, state));
    }
    const std::string user =
        job.job + " (" + std::string(ToString(state)) + ")";
    EXPECT_THAT(assets_->DeleteDataset("imdb"),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         "cannot delete dataset imdb: used by " + user));
    EXPECT_THAT(assets_->DeleteVectors("glove"),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         "cannot delete vectors glove: used by " + user));
  }
  EXPECT_OK(assets_->VerifiedDataset("imdb").status());
  EXPECT_OK(assets_->VerifiedVectors("glove").status());
}

TEST_F(AssetStoreTest, AModelVersionKeepsWhatItWasTrainedOn) {
  ASSERT_OK_AND_ASSIGN(const JobRecord job, AddJob());
  ASSERT_OK(SetState(job.job, JobState::kRunning).status());
  ASSERT_OK(Publish("m", job.job).status());
  ASSERT_OK(jobs_->Update(job.job, [](JobRecord& row) {
    row.state = JobState::kSucceeded;
    row.version = 1;
    return absl::OkStatus();
  }));
  const std::string user = job.job + " (SUCCEEDED)";
  EXPECT_THAT(
      assets_->DeleteVectors("glove"),
      StatusIs(absl::StatusCode::kFailedPrecondition,
               "cannot delete vectors glove: used by " + user + ", model m@1"));
  EXPECT_THAT(assets_->DeleteDataset("imdb"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       "cannot delete dataset imdb: used by " + user));
  ASSERT_OK(models_->Delete("m", 1));
  EXPECT_OK(assets_->DeleteDataset("imdb"));
  EXPECT_OK(assets_->DeleteVectors("glove"));
}

TEST_F(AssetStoreTest, NamesTenUsersAndCountsTheRest) {
  for (int i = 0; i < 13; ++i) ASSERT_OK(AddJob().status());
  EXPECT_THAT(assets_->DeleteDataset("imdb"),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("job-000010 (QUEUED) and 3 more"),
                             Not(HasSubstr("job-000011")))));
}

TEST_F(AssetStoreTest, RecoverRemovesFoldersWithoutARow) {
  ASSERT_OK(AddDataset("imdb", "d").status());
  ASSERT_OK(AddVectors("glove", "v").status());
  ASSERT_OK(CreateFolder(folder_->dataset("ghost") / "below"));
  ASSERT_OK(CreateFolder(folder_->vectors("ghost")));
  Reopen();
  ASSERT_OK(assets_->Recover());
  EXPECT_FALSE(fs::exists(folder_->dataset("ghost")));
  EXPECT_FALSE(fs::exists(folder_->vectors("ghost")));
  EXPECT_OK(assets_->VerifiedDataset("imdb").status());
  EXPECT_OK(assets_->VerifiedVectors("glove").status());
}

TEST_F(AssetStoreTest, AFolderLeftByACrashIsNotInTheWay) {
  ASSERT_OK(CreateFolder(folder_->dataset("imdb")));
  ASSERT_OK(WriteFileAtomically(folder_->dataset("imdb") / "old", "old"));
  ASSERT_OK_AND_ASSIGN(const auto added, AddDataset("imdb", "d"));
  EXPECT_TRUE(added.is_new);
  EXPECT_FALSE(fs::exists(folder_->dataset("imdb") / "old"));
  EXPECT_OK(assets_->VerifiedDataset("imdb").status());
}

TEST_F(AssetStoreTest, AFullDiskLeavesNothingHalfWritten) {
  ASSERT_OK(database_->Transact([](SQLite::Database& connection) {
    const std::string pages =
        connection.execAndGet("PRAGMA page_count").getString();
    (void)connection.execAndGet("PRAGMA max_page_count = " + pages);
    return absl::OkStatus();
  }));
  EXPECT_THAT(AddDataset("imdb", std::string(1 << 20, 'x')).status(),
              StatusIs(absl::StatusCode::kResourceExhausted));
  EXPECT_THAT(assets_->GetDataset("imdb").status(),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_FALSE(fs::exists(folder_->dataset("imdb")));
  EXPECT_TRUE(fs::is_empty(root_ / "tmp"));
}

}  // namespace
}  // namespace carousel
