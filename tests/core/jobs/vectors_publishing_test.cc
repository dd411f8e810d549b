#include "core/jobs/vectors_publishing.h"

#include "core/base/files.h"
#include "gmock/gmock.h"
#include "tests/core/store/store_fixture.h"

namespace carousel {
namespace {

using ::testing::HasSubstr;

class VectorsPublishingTest : public StoreTest {
 protected:
  VectorsPublishingTest() {
    job_.job = "job-000007";
    job_.kind = JobKind::kVectors;
    job_.vectors = "own";
  }

  std::filesystem::path Result(const std::string& vectors) {
    std::filesystem::path folder = Content("vectors", vectors);
    EXPECT_OK(WriteFileAtomically(folder / "counts", "film 3\ngood 2\n"));
    return folder;
  }

  JobRecord job_;
};

TEST_F(VectorsPublishingTest, StoresTheVectorsUnderTheirName) {
  EXPECT_THAT(AreVectorsPublished(job_, *assets_), IsOkAndHolds(false));
  const std::string text = "2 3\nfilm 1 2 3\ngood 4 5 6\n";
  ASSERT_OK(PublishVectors(job_, Result(text), *assets_));
  EXPECT_THAT(AreVectorsPublished(job_, *assets_), IsOkAndHolds(true));
  const auto record = assets_->GetVectors("own");
  ASSERT_OK(record);
  EXPECT_EQ(record->job, "job-000007");
  EXPECT_EQ(record->format, "word2vec");
  EXPECT_EQ(record->words, 2);
  EXPECT_EQ(record->dimension, 3);
  EXPECT_EQ(record->bytes, static_cast<std::int64_t>(text.size()));
  EXPECT_TRUE(record->has_counts);
  const auto file = assets_->VerifiedVectors("own");
  ASSERT_OK(file);
  EXPECT_EQ(*ReadFile(*file), text);
}

TEST_F(VectorsPublishingTest, AgainIsDoneWithoutTheFolder) {
  ASSERT_OK(PublishVectors(job_, Result("1 1\na 1\n"), *assets_));
  EXPECT_OK(PublishVectors(job_, folder_->root() / "absent", *assets_));
}

TEST_F(VectorsPublishingTest, LeavesOtherVectorsOfThatNameAlone) {
  ASSERT_OK(AddVectors("own", "imported").status());
  EXPECT_THAT(AreVectorsPublished(job_, *assets_), IsOkAndHolds(false));
  EXPECT_THAT(PublishVectors(job_, Result("1 1\na 1\n"), *assets_),
              StatusIs(absl::StatusCode::kAlreadyExists));
  EXPECT_EQ(assets_->GetVectors("own")->sha256, "imported");
}

TEST_F(VectorsPublishingTest, RefusesWhatIsNoResult) {
  for (const char* text : {"", "words of\n", "1 2 3\n"}) {
    EXPECT_THAT(PublishVectors(job_, Result(text), *assets_),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("vectors")));
  }
  EXPECT_THAT(PublishVectors(job_, folder_->root() / "absent", *assets_),
              StatusIs(absl::StatusCode::kNotFound));
}

}  // namespace
}  // namespace carousel
