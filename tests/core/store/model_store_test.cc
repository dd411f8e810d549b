#include "core/store/model_store.h"

#include "tests/core/store/store_fixture.h"

namespace carousel {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Eq;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Optional;

class ModelStoreTest : public StoreTest {
 protected:
  // "m@3" for each.
  static std::vector<std::string> Names(
      const std::vector<ModelVersionRecord>& records) {
    std::vector<std::string> names;
    for (const ModelVersionRecord& record : records) {
      names.push_back(record.model + "@" + std::to_string(record.version));
    }
    return names;
  }
  absl::StatusOr<std::int64_t> Resolve(const std::string& reference) {
    const auto parsed = ModelReference::Parse(reference);
    if (!parsed.ok()) return parsed.status();
    const auto record = models_->Resolve(*parsed);
    if (!record.ok()) return record.status();
    return record->version;
  }
};

TEST_F(ModelStoreTest, APublishedVersionSurvivesARestart) {
  ASSERT_OK_AND_ASSIGN(const ModelVersionRecord published,
                       Publish("m", "job-000001"));
  EXPECT_EQ(published.version, 1);
  Reopen();
  ASSERT_OK(models_->Recover());
  ASSERT_OK_AND_ASSIGN(const ModelVersionRecord record,
                       models_->Resolve({.name = "m", .version = 1}));
  EXPECT_EQ(record.model, "m");
  EXPECT_EQ(record.version, 1);
  EXPECT_EQ(record.job, "job-000001");
  EXPECT_EQ(record.dataset, "imdb");
  EXPECT_EQ(record.vectors, "glove");
  EXPECT_THAT(record.validation_accuracy, Optional(0.875));
  EXPECT_EQ(record.created_at, clock_.Now());
  EXPECT_THAT(record.labels, IsEmpty());
  ASSERT_OK_AND_ASSIGN(const fs::path path, models_->VerifiedFolder("m", 1));
  EXPECT_EQ(path, folder_->model_version("m", 1));
  EXPECT_THAT(ReadFile(path / "model.safetensors"),
              IsOkAndHolds("weights of job-000001"));
  EXPECT_THAT(FolderBytes(path), IsOkAndHolds(record.bytes));
}

TEST_F(ModelStoreTest, PublishingLeavesTheSourceAsItIs) {
  const fs::path content = Content("model.safetensors", "weights");
  ASSERT_OK(models_->Publish({.model = "m", .job = "job-000001"}, content));
  EXPECT_THAT(ReadFile(content / "model.safetensors"), IsOkAndHolds("weights"));
  EXPECT_FALSE(fs::exists(content / "checksums.txt"));
  ASSERT_OK(WriteFileAtomically(content / "model.safetensors", "retrained"));
  EXPECT_OK(models_->VerifiedFolder("m", 1).status());
}

TEST_F(ModelStoreTest, EachJobPublishesTheNextVersionOfItsModel) {
  EXPECT_EQ(Publish("m", "job-000001")->version, 1);
  EXPECT_EQ(Publish("m", "job-000002")->version, 2);
  EXPECT_EQ(Publish("n", "job-000003")->version, 1);
  EXPECT_EQ(Publish("m", "job-000004")->version, 3);
}

TEST_F(ModelStoreTest, AJobThatPublishesAgainGetsItsVersion) {
  ASSERT_OK(Publish("m", "job-000001").status());
  ASSERT_OK(models_->SetLabel("m", 1, "latest"));
  Reopen();
  ASSERT_OK_AND_ASSIGN(const ModelVersionRecord again,
                       Publish("m", "job-000001"));
  EXPECT_EQ(again.version, 1);
  EXPECT_THAT(again.labels, ElementsAre("latest"));
  EXPECT_EQ(Publish("m", "job-000002")->version, 2);
  ASSERT_OK_AND_ASSIGN(const auto found, models_->FindByJob("job-000002"));
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->version, 2);
  EXPECT_THAT(models_->FindByJob("job-000003"), IsOkAndHolds(Eq(std::nullopt)));
}

TEST_F(ModelStoreTest, TheNumberOfADeletedVersionIsNotGivenAgain) {
  ASSERT_OK(Publish("m", "job-000001").status());
  ASSERT_OK(models_->Delete("m", 1));
  EXPECT_EQ(Publish("m", "job-000002")->version, 2);
}

TEST_F(ModelStoreTest, ReferencesFollowTheContract) {
  for (const char* job : {"job-000001", "job-000002", "job-000003"}) {
    ASSERT_OK(Publish("m", job).status());
  }
  EXPECT_THAT(Resolve("m"),
              StatusIs(absl::StatusCode::kNotFound,
                       AllOf(HasSubstr("stable"), HasSubstr("latest"))));
  ASSERT_OK(models_->SetLabel("m", 3, "latest"));
  EXPECT_THAT(Resolve("m"), IsOkAndHolds(3)) << "latest without stable";
  ASSERT_OK(models_->SetLabel("m", 1, "stable"));
  EXPECT_THAT(Resolve("m"), IsOkAndHolds(1)) << "stable goes first";
  EXPECT_THAT(Resolve("m@latest"), IsOkAndHolds(3));
  EXPECT_THAT(Resolve("m@stable"), IsOkAndHolds(1));
  EXPECT_THAT(Resolve("m@2"), IsOkAndHolds(2)) << "without a label";
}

TEST_F(ModelStoreTest, NotFoundNamesWhatIsMissing) {
  ASSERT_OK(Publish("m", "job-000001").status());
  ASSERT_OK(Publish("n", "job-000002").status());
  ASSERT_OK(models_->SetLabel("n", 1, "blue"));
  const struct {
    std::string reference;
    std::string message;
  } cases[] = {
      {"x", "model \"x\" not found"},
      {"x@1", "model \"x\" not found"},
      {"x@latest", "model \"x\" not found"},
      {"m@2", "model m has no version 2"},
      {"m@blue", "model m has no label blue"},
  };
  for (const auto& test : cases) {
    EXPECT_THAT(Resolve(test.reference),
                StatusIs(absl::StatusCode::kNotFound, test.message));
  }
}

TEST_F(ModelStoreTest, ALabelMovesAndAVersionMayHoldMany) {
  ASSERT_OK(Publish("m", "job-000001").status());
  ASSERT_OK(Publish("m", "job-000002").status());
  ASSERT_OK(models_->SetLabel("m", 1, "stable"));
  ASSERT_OK(models_->SetLabel("m", 1, "latest"));
  ASSERT_OK(models_->SetLabel("m", 1, "blue"));
  ASSERT_OK(models_->SetLabel("m", 2, "latest"));
  ASSERT_OK_AND_ASSIGN(const auto versions, models_->List("m", {}));
  ASSERT_EQ(versions.records.size(), 2u);
  EXPECT_THAT(versions.records[0].labels, ElementsAre("latest"));
  EXPECT_THAT(versions.records[1].labels, ElementsAre("blue", "stable"));
}

TEST_F(ModelStoreTest, WrongLabelsAreRefused) {
  ASSERT_OK(Publish("m", "job-000001").status());
  for (const char* label : {"", "3", "Stable", "a b", "../x"}) {
    EXPECT_THAT(
        models_->SetLabel("m", 1, label),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("label")))
        << label;
  }
  EXPECT_THAT(models_->SetLabel("m", 2, "stable"),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(models_->SetLabel("x", 1, "stable"),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(*models_->Labelled(), IsEmpty());
}

TEST_F(ModelStoreTest, LabelledGivesEachVersionOnce) {
  for (const char* job : {"job-000001", "job-000002"}) {
    ASSERT_OK(Publish("m", job).status());
  }
  ASSERT_OK(Publish("a", "job-000003").status());
  ASSERT_OK(models_->SetLabel("m", 2, "latest"));
  ASSERT_OK(models_->SetLabel("m", 2, "stable"));
  ASSERT_OK(models_->SetLabel("a", 1, "latest"));
  EXPECT_THAT(Names(*models_->Labelled()), ElementsAre("a@1", "m@2"));
}

TEST_F(ModelStoreTest, ALabelledVersionIsNotDeleted) {
  ASSERT_OK(Publish("m", "job-000001").status());
  ASSERT_OK(Publish("m", "job-000002").status());
  ASSERT_OK(models_->SetLabel("m", 1, "latest"));
  ASSERT_OK(models_->SetLabel("m", 1, "blue"));
  EXPECT_THAT(models_->Delete("m", 1),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       AllOf(HasSubstr("m@1"), HasSubstr("blue, latest"))));
  EXPECT_OK(models_->VerifiedFolder("m", 1).status());
  ASSERT_OK(models_->SetLabel("m", 2, "latest"));
  ASSERT_OK(models_->SetLabel("m", 2, "blue"));
  ASSERT_OK(models_->Delete("m", 1));
  EXPECT_FALSE(fs::exists(folder_->model_version("m", 1)));
  EXPECT_THAT(models_->Delete("m", 1), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(models_->VerifiedFolder("m", 1).status(),
              StatusIs(absl::StatusCode::kNotFound));
  EXPECT_OK(models_->VerifiedFolder("m", 2).status());
}

TEST_F(ModelStoreTest, DeletesAModelWithItsLabels) {
  ASSERT_OK(Publish("m", "job-000001").status());
  ASSERT_OK(Publish("m", "job-000002").status());
  ASSERT_OK(Publish("n", "job-000003").status());
  ASSERT_OK(models_->SetLabel("m", 2, "latest"));
  std::vector<std::int64_t> deleted;
  ASSERT_OK(models_->DeleteAll("m", deleted));
  EXPECT_THAT(deleted, ::testing::UnorderedElementsAre(1, 2));
  EXPECT_FALSE(fs::exists(folder_->model_version("m", 1)));
  EXPECT_FALSE(fs::exists(folder_->model_version("m", 2)));
  EXPECT_THAT(Names(models_->List("", {})->records), ElementsAre("n@1"));
  deleted.clear();
  EXPECT_THAT(models_->DeleteAll("m", deleted),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("\"m\"")));
  EXPECT_THAT(deleted, IsEmpty());
  EXPECT_EQ(Publish("m", "job-000004")->version, 3) << "no number comes twice";
  EXPECT_THAT(Resolve("m@latest"), StatusIs(absl::StatusCode::kNotFound));
}

TEST_F(ModelStoreTest, AModelThatAJobIsForIsNotDeleted) {
  ASSERT_OK_AND_ASSIGN(const JobRecord job, AddJob());
  ASSERT_OK(Publish("m", "job-000009").status());
  std::vector<std::int64_t> deleted;
  for (const JobState state : {JobState::kQueued, JobState::kRunning}) {
    ASSERT_OK(SetState(job.job, state).status());
    EXPECT_THAT(models_->DeleteAll("m", deleted),
                StatusIs(absl::StatusCode::kFailedPrecondition,
                         AllOf(HasSubstr("model m"), HasSubstr(job.job),
                               HasSubstr(ToString(state)))));
  }
  EXPECT_OK(models_->VerifiedFolder("m", 1).status());
  ASSERT_OK(SetState(job.job, JobState::kFailed).status());
  EXPECT_OK(models_->DeleteAll("m", deleted));
}

TEST_F(ModelStoreTest, ListsInPagesNewestFirstWithinAModel) {
  for (const char* job : {"job-000001", "job-000002", "job-000003"}) {
    ASSERT_OK(Publish("b", job).status());
  }
  ASSERT_OK(Publish("a", "job-000004").status());
  ASSERT_OK(Publish("c", "job-000005").status());
  EXPECT_THAT(Names(models_->List("", {})->records),
              ElementsAre("a@1", "b@3", "b@2", "b@1", "c@1"));
  EXPECT_THAT(Names(models_->List("b", {})->records),
              ElementsAre("b@3", "b@2", "b@1"));
  EXPECT_THAT(Names(models_->List("x", {})->records), IsEmpty());
  ASSERT_OK_AND_ASSIGN(const auto first, models_->List("", {.page_size = 2}));
  EXPECT_THAT(Names(first.records), ElementsAre("a@1", "b@3"));
  ASSERT_OK_AND_ASSIGN(
      const auto second,
      models_->List("", {.page_size = 3, .page_token = first.next_page_token}));
  EXPECT_THAT(Names(second.records), ElementsAre("b@2", "b@1", "c@1"));
  EXPECT_EQ(second.next_page_token, "");
  EXPECT_THAT(models_->List("b", {.page_token = first.next_page_token}),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(ModelStoreTest, DamageIsFoundBeforeAFolderIsHandedOut) {
  ASSERT_OK(Publish("m", "job-000001").status());
  const fs::path folder = folder_->model_version("m", 1);
  ASSERT_OK(WriteFileAtomically(folder / "extra", ""));
  EXPECT_THAT(models_->VerifiedFolder("m", 1).status(),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("extra")));
  ASSERT_OK(RemoveAll(folder));
  EXPECT_THAT(models_->VerifiedFolder("m", 1).status(),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(ModelStoreTest, RecoverRemovesFoldersWithoutARow) {
  ASSERT_OK(Publish("m", "job-000001").status());
  // As a crash between folder and row leaves them.
  ASSERT_OK(CreateFolder(folder_->model_version("m", 2)));
  ASSERT_OK(CreateFolder(folder_->model_version("ghost", 1) / "below"));
  Reopen();
  ASSERT_OK(models_->Recover());
  EXPECT_FALSE(fs::exists(folder_->model_version("m", 2)));
  EXPECT_FALSE(fs::exists(folder_->model_version("ghost", 1)));
  EXPECT_OK(models_->VerifiedFolder("m", 1).status());
}

TEST_F(ModelStoreTest, AFolderLeftByACrashIsNotInTheWay) {
  ASSERT_OK(CreateFolder(folder_->model_version("m", 1)));
  ASSERT_OK(WriteFileAtomically(folder_->model_version("m", 1) / "old", ""));
  ASSERT_OK(Publish("m", "job-000001").status());
  EXPECT_OK(models_->VerifiedFolder("m", 1).status());
}

TEST_F(ModelStoreTest, AFailedPublishLeavesNothing) {
  EXPECT_THAT(
      models_->Publish({.model = "m", .job = "job-000001"}, root_ / "none"),
      StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(models_->Publish({.model = "../m", .job = "job-000001"},
                               Content("a", "b")),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_THAT(models_->FindByJob("job-000001"), IsOkAndHolds(Eq(std::nullopt)));
  EXPECT_TRUE(fs::is_empty(root_ / "models"));
}

}  // namespace
}  // namespace carousel
