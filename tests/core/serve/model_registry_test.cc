#include "core/serve/model_registry.h"

#include <atomic>
#include <memory>
#include <optional>
#include <semaphore>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/serve/registry_fixture.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Field;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using enum absl::StatusCode;

using ModelRegistryTest = RegistryFixture;

TEST_F(ModelRegistryTest, PublishLoadsLabelsAndGivesTheVersion) {
  EXPECT_THAT(PublishJob("job-1"),
              IsOkAndHolds(AllOf(
                  Field(&ModelVersionRecord::version, 1),
                  Field(&ModelVersionRecord::labels, ElementsAre("latest")))));
  EXPECT_THAT(PublishJob("job-2"),
              IsOkAndHolds(Field(&ModelVersionRecord::version, 2)));
  EXPECT_EQ(VersionOf("m"), 2);
  EXPECT_EQ(VersionOf("m@latest"), 2);
  EXPECT_EQ(VersionOf("m@1"), 1);
  EXPECT_EQ(loads(), 2);
  EXPECT_THAT(observed_, ElementsAre(true, true));
  EXPECT_THAT(registry_->Loaded(),
              ElementsAre(AllOf(Field(&LoadedVersion::version, 1),
                                Field(&LoadedVersion::bytes, 1000)),
                          Field(&LoadedVersion::version, 2)));
}

TEST_F(ModelRegistryTest, GetSaysWhatIsMissing) {
  ASSERT_OK(PublishJob("job-1"));
  EXPECT_THAT(registry_->Get(Ref("other")),
              StatusIs(kNotFound, HasSubstr("other")));
  EXPECT_THAT(registry_->Get(Ref("m@7")), StatusIs(kNotFound, HasSubstr("7")));
  EXPECT_THAT(registry_->Get(Ref("m@stable")),
              StatusIs(kNotFound, HasSubstr("stable")));
}

TEST_F(ModelRegistryTest, LoadsAVersionOnceForManyCallers) {
  ASSERT_OK(PublishJob("job-1"));
  Restart();
  std::vector<std::shared_ptr<const LiveModel>> models(8);
  std::vector<std::thread> callers;
  callers.reserve(models.size());
  for (auto& model : models) {
    callers.emplace_back([&] { model = registry_->Get(Ref("m")).value(); });
  }
  for (std::thread& caller : callers) caller.join();
  EXPECT_EQ(loads(), 1);
  EXPECT_THAT(models, ::testing::Each(models[0]));
}

TEST_F(ModelRegistryTest, ALoadKeepsNobodyFromALoadedVersion) {
  ASSERT_OK(PublishJob("job-1"));
  std::binary_semaphore loading(0);
  std::binary_semaphore go_on(0);
  before_load_ = [&](std::int64_t) {
    loading.release();
    go_on.acquire();
  };
  std::thread publisher([&] { EXPECT_OK(PublishJob("job-2")); });
  loading.acquire();
  EXPECT_EQ(VersionOf("m"), 1);
  go_on.release();
  publisher.join();
  EXPECT_EQ(VersionOf("m"), 2);
}

TEST_F(ModelRegistryTest, PublishIsTheSameWhenRepeated) {
  ASSERT_OK(PublishJob("job-1", /*promote=*/true));
  ASSERT_OK(PublishJob("job-2"));
  EXPECT_THAT(PublishJob("job-1", /*promote=*/true),
              IsOkAndHolds(Field(&ModelVersionRecord::version, 1)));
  // And takes nothing back from the newer version.
  EXPECT_THAT(LabelsOf(1), ElementsAre("stable"));
  EXPECT_THAT(LabelsOf(2), ElementsAre("latest"));
}

TEST_F(ModelRegistryTest, PublishGoesOnWhereACrashEndedIt) {
  const std::vector<std::function<void(std::int64_t)>> steps = {
      [](std::int64_t) {},
      [&](std::int64_t version) {
        ASSERT_OK(models_->SetLabel("m", version, kLatestLabel));
      },
      [&](std::int64_t version) {
        ASSERT_OK(models_->SetLabel("m", version, kStableLabel));
      }};
  for (std::size_t done = 0; done <= steps.size(); ++done) {
    SCOPED_TRACE(absl::StrCat(done, " steps before the crash"));
    const std::string job = absl::StrCat("job-", done);
    const ModelVersionRecord record = Record(job, 0.5 + 0.1 * done);
    ASSERT_OK_AND_ASSIGN(const ModelVersionRecord stored,
                         models_->Publish(record, Content("weights", job)));
    for (std::size_t i = 0; i < done; ++i) steps[i](stored.version);
    Restart();
    EXPECT_THAT(
        registry_->Publish(record, Content("weights", job), true),
        IsOkAndHolds(AllOf(Field(&ModelVersionRecord::version, stored.version),
                           Field(&ModelVersionRecord::labels,
                                 ElementsAre("latest", "stable")))));
    EXPECT_EQ(VersionOf("m"), stored.version);
  }
}

TEST_F(ModelRegistryTest, AVersionThatFailsToLoadGetsNoLabel) {
  ASSERT_OK(PublishJob("job-1", /*promote=*/true));
  const auto before = registry_->Get(Ref("m")).value();
  broken_ = {2};
  EXPECT_THAT(PublishJob("job-2", /*promote=*/true),
              StatusIs(kFailedPrecondition,
                       AllOf(HasSubstr("m@2"), HasSubstr("warm-up failed"))));
  EXPECT_THAT(LabelsOf(2), IsEmpty());
  EXPECT_THAT(LabelsOf(1), ElementsAre("latest", "stable"));
  EXPECT_EQ(registry_->Get(Ref("m")).value(), before);
  EXPECT_THAT(registry_->Promote(Ref("m@2"), "stable"),
              StatusIs(kFailedPrecondition));
  EXPECT_THAT(LabelsOf(2), IsEmpty());
  EXPECT_THAT(registry_->Loaded(), SizeIs(1));
  // Once it loads, the same call does what was left.
  broken_ = {};
  EXPECT_THAT(PublishJob("job-2"),
              IsOkAndHolds(Field(&ModelVersionRecord::version, 2)));
  EXPECT_THAT(LabelsOf(2), ElementsAre("latest"));
}

TEST_F(ModelRegistryTest, PromotesIfBetterOnTheSameDataset) {
  const struct {
    const char* what;
    std::optional<double> holder, candidate;
    const char* dataset;
    bool asked, moves;
  } cases[] = {
      {"higher", 0.8, 0.81, "imdb", true, true},
      {"equal", 0.8, 0.8, "imdb", true, false},
      {"lower", 0.8, 0.79, "imdb", true, false},
      {"another dataset", 0.8, 0.9, "other", true, false},
      {"holder unknown", std::nullopt, 0.9, "imdb", true, false},
      {"candidate unknown", 0.8, std::nullopt, "imdb", true, false},
      {"not asked", 0.8, 0.9, "imdb", false, false},
  };
  int job = 0;
  for (const auto& c : cases) {
    SCOPED_TRACE(c.what);
    ASSERT_OK_AND_ASSIGN(
        const ModelVersionRecord holder,
        registry_->Publish(Record(absl::StrCat("job-", ++job), c.holder),
                           Content("weights", "w"), false));
    ASSERT_OK(registry_->Promote({.name = "m", .version = holder.version},
                                 kStableLabel));
    ASSERT_OK_AND_ASSIGN(const ModelVersionRecord candidate,
                         registry_->Publish(Record(absl::StrCat("job-", ++job),
                                                   c.candidate, c.dataset),
                                            Content("weights", "w"), c.asked));
    EXPECT_EQ(VersionOf("m@stable"),
              c.moves ? candidate.version : holder.version);
    EXPECT_EQ(VersionOf("m@latest"), candidate.version);
  }
}

TEST_F(ModelRegistryTest, PromoteSwapsWhatAReferenceMeans) {
  ASSERT_OK(PublishJob("job-1"));
  ASSERT_OK(PublishJob("job-2"));
  EXPECT_EQ(VersionOf("m"), 2);
  const auto held = registry_->Get(Ref("m")).value();
  EXPECT_THAT(
      registry_->Promote(Ref("m@1"), "stable"),
      IsOkAndHolds(Field(&ModelVersionRecord::labels, ElementsAre("stable"))));
  EXPECT_EQ(VersionOf("m"), 1);
  EXPECT_EQ(VersionOf("m@latest"), 2);
  EXPECT_EQ(held->version(), 2);
}

TEST_F(ModelRegistryTest, PromoteRefusesABadLabelBeforeItLoads) {
  ASSERT_OK(PublishJob("job-1"));
  Restart();
  EXPECT_THAT(registry_->Promote(Ref("m@1"), "7"), StatusIs(kInvalidArgument));
  EXPECT_THAT(registry_->Promote(Ref("m@9"), "a"), StatusIs(kNotFound));
  EXPECT_EQ(loads(), 0);
}

TEST_F(ModelRegistryTest, UnloadLetsGoOfWhatNoLabelHolds) {
  ASSERT_OK(PublishJob("job-1"));
  ASSERT_OK(PublishJob("job-2"));
  std::shared_ptr<const LiveModel> held = registry_->Get(Ref("m@1")).value();
  const std::weak_ptr<const LiveModel> watched = held;
  EXPECT_OK(registry_->Unload(Ref("m@1")));
  EXPECT_FALSE(watched.expired()) << "a call that holds it goes on";
  held = nullptr;
  EXPECT_TRUE(watched.expired());
  EXPECT_THAT(registry_->Unload(Ref("m@1")),
              StatusIs(kNotFound, HasSubstr("m@1")));
  EXPECT_THAT(
      registry_->Unload(Ref("m")),
      StatusIs(kFailedPrecondition, HasSubstr("m@2 has the label latest;")));
  ASSERT_OK(registry_->Promote(Ref("m@2"), "stable"));
  EXPECT_THAT(registry_->Unload(Ref("m")),
              StatusIs(kFailedPrecondition,
                       HasSubstr("m@2 has the labels latest, stable;")));
  EXPECT_EQ(VersionOf("m@1"), 1) << "loads again when asked for";
}

TEST_F(ModelRegistryTest, DeleteRemovesAVersionFromMemoryAndStore) {
  ASSERT_OK(PublishJob("job-1"));
  ASSERT_OK(PublishJob("job-2"));
  EXPECT_EQ(VersionOf("m@1"), 1);
  EXPECT_THAT(registry_->Delete(Ref("m@2")),
              StatusIs(kFailedPrecondition, HasSubstr("latest")));
  EXPECT_OK(registry_->Delete(Ref("m@1")));
  EXPECT_THAT(registry_->Get(Ref("m@1")), StatusIs(kNotFound));
  EXPECT_THAT(registry_->Loaded(),
              ElementsAre(Field(&LoadedVersion::version, 2)));
}

TEST_F(ModelRegistryTest, DeleteAllRemovesTheLastVersionToo) {
  ASSERT_OK(PublishJob("job-1", /*promote=*/true));
  ASSERT_OK(PublishJob("job-2"));
  const auto held = registry_->Get(Ref("m")).value();
  EXPECT_THAT(registry_->DeleteAll("n"), StatusIs(kNotFound));
  EXPECT_OK(registry_->DeleteAll("m"));
  EXPECT_EQ(held->version(), 1) << "a call that holds it goes on";
  EXPECT_THAT(registry_->Get(Ref("m")), StatusIs(kNotFound));
  EXPECT_THAT(registry_->Loaded(), IsEmpty());
  EXPECT_THAT(registry_->DeleteAll("m"), StatusIs(kNotFound));
  EXPECT_THAT(PublishJob("job-3"),
              IsOkAndHolds(Field(&ModelVersionRecord::version, 3)));
}

TEST_F(ModelRegistryTest, ImportIsLatestOnceItIsLoaded) {
  ASSERT_OK(PublishJob("job-1"));
  const ModelVersionRecord foreign = Record("");
  broken_ = {2};
  EXPECT_THAT(registry_->Import(foreign, Content("weights", "w")),
              StatusIs(kFailedPrecondition, HasSubstr("m@2")));
  EXPECT_EQ(VersionOf("m"), 1);
  EXPECT_THAT(registry_->Get(Ref("m@2")), StatusIs(kNotFound)) << "not kept";
  // Imports have no job, and are not each other.
  for (const std::int64_t version : {3, 4}) {
    EXPECT_THAT(registry_->Import(foreign, Content("weights", "w")),
                IsOkAndHolds(AllOf(Field(&ModelVersionRecord::version, version),
                                   Field(&ModelVersionRecord::labels,
                                         ElementsAre("latest")))));
    EXPECT_EQ(VersionOf("m"), version);
  }
}

TEST_F(ModelRegistryTest, StartsWithEveryLabelledVersionThatLoads) {
  ASSERT_OK(PublishJob("job-1"));
  ASSERT_OK(PublishJob("job-2"));
  ASSERT_OK(PublishJob("job-3"));
  ASSERT_OK(registry_->Promote(Ref("m@1"), "stable"));
  Restart();
  broken_ = {1};
  ASSERT_OK_AND_ASSIGN(const std::vector<absl::Status> failures,
                       registry_->LoadLabelled());
  EXPECT_THAT(failures,
              ElementsAre(StatusIs(kFailedPrecondition, HasSubstr("m@1"))));
  EXPECT_THAT(registry_->Loaded(),
              ElementsAre(Field(&LoadedVersion::version, 3)));
  EXPECT_THAT(observed_, ElementsAre(true, true, true, false, true));
}

TEST_F(ModelRegistryTest, RemembersAFailedLoadUntilAskedToLoad) {
  ASSERT_OK(PublishJob("job-1"));
  Restart();
  broken_ = {1};
  const absl::Status first = registry_->Get(Ref("m")).status();
  EXPECT_THAT(first, StatusIs(kFailedPrecondition));
  broken_ = {};
  EXPECT_EQ(registry_->Get(Ref("m")).status(), first);
  EXPECT_EQ(loads(), 1);
  EXPECT_OK(registry_->Load(Ref("m")));
  EXPECT_EQ(VersionOf("m"), 1);
  EXPECT_EQ(loads(), 2);
}

TEST_F(ModelRegistryTest, TriesAgainWhenTheErrorWasTheMachines) {
  ASSERT_OK(PublishJob("job-1"));
  Restart();
  broken_ = {1};
  load_error_ = absl::ResourceExhaustedError("memory ran out");
  EXPECT_THAT(registry_->Get(Ref("m")), StatusIs(kResourceExhausted));
  broken_.clear();
  EXPECT_EQ(VersionOf("m"), 1);
  EXPECT_EQ(loads(), 2);
}

TEST_F(ModelRegistryTest, GetLoadedNeverLoads) {
  ASSERT_OK(PublishJob("job-1"));
  ASSERT_OK_AND_ASSIGN(const auto model, registry_->Get(Ref("m")));
  const auto found = registry_->GetLoaded(Ref("m@latest"));
  ASSERT_TRUE(found.has_value());
  EXPECT_THAT(*found, IsOkAndHolds(model));
  Restart();
  EXPECT_FALSE(registry_->GetLoaded(Ref("m")).has_value());
  EXPECT_EQ(loads(), 0);
  const auto absent = registry_->GetLoaded(Ref("m@7"));
  ASSERT_TRUE(absent.has_value());
  EXPECT_THAT(*absent, StatusIs(kNotFound));
  // What a load has found out is known without another one.
  broken_ = {1};
  EXPECT_THAT(registry_->Get(Ref("m")), StatusIs(kFailedPrecondition));
  const auto failed = registry_->GetLoaded(Ref("m"));
  ASSERT_TRUE(failed.has_value());
  EXPECT_THAT(*failed, StatusIs(kFailedPrecondition));
}

TEST_F(ModelRegistryTest, NamesTheDamagedFile) {
  ASSERT_OK(PublishJob("job-1"));
  ASSERT_OK(WriteFileAtomically(folder_->model_version("m", 1) / "weights",
                                "something else"));
  EXPECT_EQ(VersionOf("m"), 1) << "what is in memory goes on serving";
  Restart();
  EXPECT_THAT(
      registry_->Get(Ref("m")),
      StatusIs(kDataLoss, AllOf(HasSubstr("m@1"), HasSubstr("weights"))));
  EXPECT_EQ(loads(), 0);
}

// Readers follow a label that moves all the time, while versions come and go.
TEST_F(ModelRegistryTest, StormOfReadersAndSwaps) {
  ASSERT_OK(PublishJob("job-1", /*promote=*/true));
  ASSERT_OK(PublishJob("job-2"));
  std::atomic<bool> stop = false;
  std::vector<std::thread> readers;
  readers.reserve(3);
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!stop) {
        const auto model = registry_->Get(Ref("m"));
        ASSERT_OK(model);
        EXPECT_EQ((*model)->name(), "m");
        for (const LoadedVersion& loaded : registry_->Loaded()) {
          EXPECT_GT(loaded.bytes, 0);
        }
      }
    });
  }
  for (int i = 0; i < 20; ++i) {
    const std::string next = i % 2 == 0 ? "m@2" : "m@1";
    const std::string last = i % 2 == 0 ? "m@1" : "m@2";
    EXPECT_OK(registry_->Promote(Ref(next), "stable"));
    EXPECT_EQ(registry_->Get(Ref("m")).value(),
              registry_->Get(Ref(next)).value());
    // m@2 is the latest, so it stays.
    EXPECT_EQ(registry_->Unload(Ref(last)).ok(), last == "m@1");
  }
  stop = true;
  for (std::thread& reader : readers) reader.join();
}

}  // namespace
}  // namespace carousel
