#include "core/store/data_folder.h"

#include <unistd.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace carousel {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(DataFolderTest, LaysOutAFreshFolder) {
  const TempDir parent;
  const fs::path root = parent / "new/data";
  ASSERT_OK_AND_ASSIGN(const auto folder, DataFolder::Open(root));
  for (const char* name : {"datasets", "vectors", "models", "jobs", "tmp"}) {
    EXPECT_TRUE(fs::is_directory(root / name)) << name;
  }
  EXPECT_EQ(folder->root(), root);
  EXPECT_EQ(folder->database(), root / "carousel.db");
  EXPECT_EQ(folder->address(), root / "address");
  EXPECT_EQ(folder->metrics_address(), root / "metrics_address");
  EXPECT_EQ(folder->dataset("imdb"), root / "datasets/imdb");
  EXPECT_EQ(folder->vectors("glove"), root / "vectors/glove");
  EXPECT_EQ(folder->vectors_file("glove"), root / "vectors/glove/vectors");
  EXPECT_EQ(folder->model("m"), root / "models/m");
  EXPECT_EQ(folder->model_version("m", 3), root / "models/m/3");
  EXPECT_EQ(folder->job("job-000001"), root / "jobs/job-000001");
  EXPECT_EQ(folder->checkpoint("job-000001"),
            root / "jobs/job-000001/checkpoint.bin");
}

TEST(DataFolderTest, ARelativeRootGivesAbsolutePaths) {
  const TempDir parent;
  const fs::path relative =
      fs::relative(parent.path(), fs::current_path()) / "." / "data";
  ASSERT_TRUE(relative.is_relative());
  ASSERT_OK_AND_ASSIGN(const auto folder, DataFolder::Open(relative));
  EXPECT_EQ(folder->root(), parent / "data");
}

TEST(DataFolderTest, ASecondServerIsRefusedAndToldByWhom) {
  const TempDir root;
  {
    ASSERT_OK_AND_ASSIGN(const auto first, DataFolder::Open(root.path()));
    EXPECT_THAT(
        DataFolder::Open(root.path()).status(),
        StatusIs(
            absl::StatusCode::kFailedPrecondition,
            AllOf(HasSubstr(absl::StrCat("the data folder ",
                                         root.path().string(), " is in use")),
                  HasSubstr(absl::StrCat("process ", ::getpid())))));
  }
  EXPECT_OK(DataFolder::Open(root.path()).status());
}

TEST(DataFolderTest, ARefusedServerLeavesTheFilesOfTheFirstAlone) {
  const TempDir root;
  ASSERT_OK_AND_ASSIGN(const auto first, DataFolder::Open(root.path()));
  ASSERT_OK(WriteFileAtomically(first->address(), "127.0.0.1:1"));
  ASSERT_OK(WriteFileAtomically(first->NewTemporary("upload"), "half"));
  ASSERT_FALSE(DataFolder::Open(root.path()).ok());
  EXPECT_THAT(ReadFile(first->address()), IsOkAndHolds("127.0.0.1:1"));
  EXPECT_FALSE(fs::is_empty(root / "tmp"));
}

TEST(DataFolderTest, RemovesWhatACrashLeftAndNothingElse) {
  const TempDir root;
  ASSERT_OK(DataFolder::Open(root.path()).status());
  const std::vector<std::string> rubbish = {"address",
                                            "metrics_address",
                                            "tmp/upload",
                                            ".tmp-address-1",
                                            "datasets/.tmp-imdb-1",
                                            "models/m/.tmp-3-1",
                                            "models/m/3/.tmp-config.json-1"};
  // A worker that outlives its server may still write in a job's folder.
  const std::vector<std::string> kept = {
      "carousel.db",
      "datasets/imdb/rows",
      "vectors/glove/vectors",
      "models/m/3/config.json",
      "jobs/job-000001/checkpoint.bin",
      "jobs/job-000001/.tmp-checkpoint.bin-1"};
  for (const auto& names : {rubbish, kept}) {
    for (const std::string& name : names) {
      ASSERT_OK(CreateFolder((root / name).parent_path()));
      ASSERT_OK(WriteFileAtomically(root / name, "content"));
    }
  }
  ASSERT_OK(CreateFolder(root / "tmp/folder/below"));
  ASSERT_OK(CreateFolder(root / "datasets/.tmp-folder/below"));
  ASSERT_OK(DataFolder::Open(root.path()).status());
  for (const std::string& name : rubbish) {
    EXPECT_FALSE(fs::exists(root / name)) << name;
  }
  EXPECT_TRUE(fs::is_empty(root / "tmp"));
  EXPECT_FALSE(fs::exists(root / "datasets/.tmp-folder"));
  for (const std::string& name : kept) {
    EXPECT_THAT(ReadFile(root / name), IsOkAndHolds("content"));
  }
}

TEST(DataFolderTest, TemporariesAreFreshAndNotCreated) {
  const TempDir root;
  ASSERT_OK_AND_ASSIGN(const auto folder, DataFolder::Open(root.path()));
  const fs::path first = folder->NewTemporary("imdb");
  EXPECT_EQ(first.parent_path(), root / "tmp");
  EXPECT_NE(first, folder->NewTemporary("imdb"));
  EXPECT_FALSE(fs::exists(first));
}

TEST(DataFolderTest, AFileIsNoDataFolder) {
  const TempDir root;
  ASSERT_OK(WriteFileAtomically(root / "file", "content"));
  EXPECT_THAT(DataFolder::Open(root / "file").status(),
              StatusIs(absl::StatusCode::kAlreadyExists, HasSubstr("file")));
  EXPECT_THAT(ReadFile(root / "file"), IsOkAndHolds("content"));
}

}  // namespace
}  // namespace carousel
