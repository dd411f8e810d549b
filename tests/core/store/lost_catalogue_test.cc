#include "core/store/lost_catalogue.h"

#include <filesystem>
#include <memory>

#include "core/base/files.h"
#include "core/store/database.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class LostCatalogueTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(folder_, DataFolder::Open(temp_dir_ / "data"));
  }
  void Store(const std::filesystem::path& folder) {
    ASSERT_OK(CreateFolder(folder));
    ASSERT_OK(WriteFileAtomically(folder / "content", "content"));
  }

  const TempDir temp_dir_;
  std::unique_ptr<DataFolder> folder_;
};

TEST_F(LostCatalogueTest, AFolderOfNothingMayBegin) {
  EXPECT_OK(RefuseLostCatalogue(*folder_));
  // As a kill at the very first start leaves it.
  ASSERT_OK(WriteFileAtomically(folder_->database(), ""));
  EXPECT_OK(RefuseLostCatalogue(*folder_));
}

TEST_F(LostCatalogueTest, WhatIsStoredNeedsItsCatalogue) {
  for (const std::filesystem::path& stored :
       {folder_->dataset("reviews"), folder_->vectors("glove"),
        folder_->model_version("imdb", 1)}) {
    Store(stored);
    EXPECT_THAT(RefuseLostCatalogue(*folder_),
                StatusIs(absl::StatusCode::kDataLoss,
                         AllOf(HasSubstr("carousel.db is missing"),
                               HasSubstr("restore a backup"))));
    ASSERT_OK(WriteFileAtomically(folder_->database(), ""));
    EXPECT_THAT(RefuseLostCatalogue(*folder_),
                StatusIs(absl::StatusCode::kDataLoss,
                         HasSubstr("carousel.db is empty")));
    ASSERT_OK(RemoveAll(folder_->database()));
    ASSERT_OK(RemoveAll(stored));
    ASSERT_OK(RemoveAll(folder_->model("imdb")));
  }
}

TEST_F(LostCatalogueTest, ACatalogueIsNotLookedInto) {
  Store(folder_->dataset("reviews"));
  ASSERT_OK(CatalogueDatabase::Open(folder_->database()));
  EXPECT_OK(RefuseLostCatalogue(*folder_));
}

}  // namespace
}  // namespace carousel
