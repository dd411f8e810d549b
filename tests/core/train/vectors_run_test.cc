#include "core/train/vectors_run.h"

#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/byte_source.h"
#include "core/base/files.h"
#include "core/data/dataset.h"
#include "core/text/word_vectors.h"
#include "core/train/checkpoint.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/support/ticking_clock.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

class Observer final : public TrainingObserver {
 public:
  void OnStage(std::string_view stage) override { stages.emplace_back(stage); }
  void OnBatch(const BatchProgress& progress) override {
    if (progress.epoch == stop_within) stop.request_stop();
  }
  void OnEpoch(const EpochMetrics& metrics) override {
    epochs.push_back(metrics);
    if (metrics.epoch == stop_after) stop.request_stop();
  }
  void OnVectorsTexts(const VectorsTextCounts& texts) override {
    counts = texts;
  }

  std::vector<std::string> stages;
  std::vector<EpochMetrics> epochs;
  VectorsTextCounts counts;
  std::int64_t stop_after = 0;
  std::int64_t stop_within = 0;
  std::stop_source stop;
};

class VectorsRunTest : public ::testing::Test {
 protected:
  VectorsRunTest() {
    options_.settings = {
        .epochs = 3, .dimension = 8, .min_count = 1, .sample = 0};
    options_.work_folder = folder_ / "job";
    options_.threads = 1;
    options_.clock = &clock_;
  }

  void SetUp() override { ASSERT_OK(CreateFolder(options_.work_folder)); }

  // Stores a dataset and adds it to those that are trained on.
  void AddDataset(const std::vector<Example>& examples) {
    const std::filesystem::path folder =
        folder_ / absl::StrCat("dataset", options_.dataset_folders.size());
    ASSERT_OK(CreateFolder(folder));
    ASSERT_OK(WriteDataset({.examples = examples}, folder));
    options_.dataset_folders.push_back(folder);
  }

  void AddReviews() {
    std::vector<Example> examples;
    for (int i = 0; i < 20; ++i) {
      examples.push_back(
          {.text = absl::StrCat("The film ", i % 4, " was good"), .label = 1});
    }
    examples.push_back({.text = "Validation!", .split = Split::kValidation});
    examples.push_back({.text = "a secret test", .split = Split::kTest});
    AddDataset(examples);
  }

  absl::StatusOr<std::filesystem::path> Run(Observer& observer) {
    return RunVectorsTraining(options_, observer, observer.stop.get_token());
  }
  std::string Result() {
    return *ReadFile(options_.work_folder / "result" / kVectorsFile);
  }
  // What an unbroken run of its own gives.
  std::string UnbrokenResult() {
    Observer observer;
    VectorsRunOptions options = options_;
    options.work_folder = folder_ / "unbroken";
    EXPECT_OK(CreateFolder(options.work_folder));
    EXPECT_OK(RunVectorsTraining(options, observer, {}));
    return *ReadFile(options.work_folder / "result" / kVectorsFile);
  }

  TempDir folder_;
  TickingClock clock_;
  VectorsRunOptions options_;
};

TEST_F(VectorsRunTest, WritesVectorsThatAreReadBack) {
  AddReviews();
  Observer observer;
  const auto folder = Run(observer);
  ASSERT_OK(folder);
  ASSERT_OK_AND_ASSIGN(const std::unique_ptr<ByteSource> file,
                       OpenByteSource(*folder / kVectorsFile));
  WordVectorsSummary summary;
  const auto vectors = ReadWordVectors(*file, nullptr, &summary);
  ASSERT_OK(vectors);
  EXPECT_EQ(summary.format, VectorFormat::kWord2VecText);
  // The test and validation texts have no part in it.
  EXPECT_EQ(vectors->size(), 8u);
  EXPECT_EQ(vectors->dimension(), 8u);
  EXPECT_TRUE(vectors->Find("secret").empty());
  EXPECT_THAT(vectors->Find("film"), SizeIs(8));
  EXPECT_THAT(*ReadFile(*folder / kWordCountsFile),
              StartsWith("film 20\ngood 20\nthe 20\nwas 20\n0 5\n"));
}

TEST_F(VectorsRunTest, TellsStagesTextsAndEpochs) {
  AddReviews();
  Observer observer;
  ASSERT_OK(Run(observer));
  EXPECT_THAT(observer.stages, ElementsAre("encoding", "training", "saving"));
  EXPECT_EQ(observer.counts.texts, 20);
  EXPECT_EQ(observer.counts.left_out, 0);
  EXPECT_EQ(observer.counts.tokens, 100);
  EXPECT_EQ(observer.counts.words, 8);
  ASSERT_THAT(observer.epochs, SizeIs(3));
  EXPECT_EQ(observer.epochs[2].epoch, 3);
  EXPECT_GT(observer.epochs[2].train_loss, 0);
  EXPECT_EQ(observer.epochs[2].tokens, 100);
  EXPECT_TRUE(std::isnan(observer.epochs[2].validation_loss));
  EXPECT_TRUE(std::isnan(observer.epochs[2].validation_accuracy));
}

TEST_F(VectorsRunTest, LeavesOutTextsThatAnotherDatasetIsMeasuredOn) {
  AddDataset({{.text = "one two three four"},
              {.text = "Held <b>back</b>", .split = Split::kTest},
              {.text = "held too", .split = Split::kValidation}});
  AddDataset({{.text = "held  back"},
              {.text = "HELD TOO"},
              {.text = "held back but longer"}});
  Observer observer;
  ASSERT_OK(Run(observer));
  EXPECT_EQ(observer.counts.left_out, 2);
  EXPECT_EQ(observer.counts.texts, 2);
  EXPECT_THAT(Result(), HasSubstr("longer"));
}

TEST_F(VectorsRunTest, GoesOnAfterAWholeEpochInTheSameBits) {
  AddReviews();
  Observer first;
  first.stop_after = 2;
  EXPECT_THAT(Run(first), StatusIs(absl::StatusCode::kCancelled));
  Observer second;
  ASSERT_OK(Run(second));
  EXPECT_THAT(second.epochs, SizeIs(3));
  EXPECT_EQ(second.epochs[1].train_loss, first.epochs[1].train_loss);
  EXPECT_EQ(Result(), UnbrokenResult());
}

TEST_F(VectorsRunTest, GoesOnWithinAnEpochInTheSameBits) {
  AddReviews();
  Observer first;
  first.stop_within = 2;
  EXPECT_THAT(Run(first), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_THAT(first.epochs, SizeIs(1));
  Observer second;
  ASSERT_OK(Run(second));
  EXPECT_EQ(Result(), UnbrokenResult());
}

TEST_F(VectorsRunTest, GivesTheSameAgainWhenItWasDoneAlready) {
  AddReviews();
  Observer first;
  ASSERT_OK(Run(first));
  const std::string result = Result();
  Observer second;
  ASSERT_OK(Run(second));
  EXPECT_THAT(second.epochs, SizeIs(3));
  EXPECT_EQ(Result(), result);
}

TEST_F(VectorsRunTest, RefusesACheckpointOfAnotherRun) {
  AddReviews();
  Observer observer;
  ASSERT_OK(Run(observer));
  ++options_.settings.window;
  EXPECT_THAT(Run(observer), StatusIs(absl::StatusCode::kFailedPrecondition,
                                      HasSubstr("other settings")));
  --options_.settings.window;
  AddDataset({{.text = "two more words"}});
  EXPECT_THAT(Run(observer), StatusIs(absl::StatusCode::kFailedPrecondition,
                                      HasSubstr("other texts")));
}

TEST_F(VectorsRunTest, RefusesADamagedCheckpoint) {
  AddReviews();
  Observer observer;
  ASSERT_OK(Run(observer));
  const std::filesystem::path path = options_.work_folder / kCheckpointFile;
  const std::string whole = *ReadFile(path);
  for (const std::size_t place :
       {std::size_t{3}, std::size_t{35}, whole.size() / 2, whole.size() - 1}) {
    std::string damaged = whole;
    damaged[place] ^= 1;
    ASSERT_OK(WriteFileAtomically(path, damaged));
    EXPECT_THAT(Run(observer), StatusIs(absl::StatusCode::kDataLoss,
                                        HasSubstr("checkpoint.bin")));
  }
  ASSERT_OK(WriteFileAtomically(path, whole.substr(0, whole.size() - 40)));
  EXPECT_THAT(Run(observer), StatusIs(absl::StatusCode::kDataLoss));
}

TEST_F(VectorsRunTest, SaysWhatIsWrongWithTheTexts) {
  AddReviews();
  options_.settings.min_count = 1000;
  Observer observer;
  EXPECT_THAT(Run(observer), StatusIs(absl::StatusCode::kInvalidArgument,
                                      HasSubstr("min_count is 1000")));
}

TEST_F(VectorsRunTest, RemovesWhatADeadWorkerWasWriting) {
  AddReviews();
  const std::filesystem::path rubbish =
      options_.work_folder / TemporaryName("result");
  ASSERT_OK(CreateFolder(rubbish));
  Observer observer;
  ASSERT_OK(Run(observer));
  EXPECT_FALSE(std::filesystem::exists(rubbish));
}

}  // namespace
}  // namespace carousel
