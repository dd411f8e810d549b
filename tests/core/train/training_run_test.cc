#include "core/train/training_run.h"

#include "absl/strings/str_cat.h"
#include "core/base/byte_source.h"
#include "core/base/files.h"
#include "core/data/dataset.h"
#include "core/nn/model_folder.h"
#include "core/text/encoder.h"
#include "core/train/checkpoint.h"
#include "core/train/evaluator.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class Observer final : public TrainingObserver {
 public:
  void OnStage(std::string_view stage) override {
    stages.emplace_back(stage);
    if (stage == stop_at_stage) stop.request_stop();
  }
  void OnBatch(const BatchProgress&) override {}
  void OnEpoch(const EpochMetrics& metrics) override {
    if (metrics.epoch == stop_after) stop.request_stop();
  }

  std::vector<std::string> stages;
  std::int64_t stop_after = 0;
  std::string stop_at_stage;
  std::stop_source stop;
};

Example MakeExample(Split split, int number) {
  const bool positive = number % 2 == 0;
  return {.text = absl::StrCat(
              "the film ", number % 5, " was ", positive ? "good" : "bad",
              " in ", split == Split::kTest ? "secret" : "plain", " ways"),
          .label = positive ? 1 : 0,
          .split = split};
}

class TrainingRunTest : public ::testing::Test {
 protected:
  TrainingRunTest() {
    for (int i = 0; i < 20; ++i) {
      dataset_.examples.push_back(MakeExample(Split::kTrain, i));
      dataset_.examples.push_back(MakeExample(Split::kValidation, i));
      dataset_.examples.push_back(MakeExample(Split::kTest, i));
    }
    dataset_.label_names = {"neg", "pos"};
    options_.dataset_folder = folder_ / "dataset";
    options_.vectors_file = folder_ / "vectors.txt";
    options_.work_folder = folder_ / "job";
    options_.threads = 1;
    options_.parameters.epochs = 3;
    options_.parameters.hidden_size = 8;
    options_.parameters.batch_size = 4;
    options_.parameters.learning_rate = 0.02;
    options_.parameters.max_tokens = 10;
    options_.provenance = {{"job", "job-7"}, {"dataset_sha256", "abc"}};
  }

  void SetUp() override {
    ASSERT_OK(CreateFolder(options_.work_folder));
    ASSERT_OK(CreateFolder(options_.dataset_folder));
    ASSERT_OK(WriteDataset(dataset_, options_.dataset_folder));
    ASSERT_OK(WriteFileAtomically(
        options_.vectors_file,
        "the 0.1 0.2 0.3\ngood 1 0 1\nbad -1 0 -1\nelsewhere 9 9 9\n"));
  }

  absl::StatusOr<TrainingRunResult> Run() {
    return RunTraining(options_, observer_, observer_.stop.get_token());
  }

  nlohmann::json ReadJson(const char* file) const {
    const auto text = ReadFile(options_.work_folder / "result" / file);
    EXPECT_OK(text);
    return nlohmann::json::parse(*text);
  }

  const TempDir folder_;
  Dataset dataset_;
  TrainingRunOptions options_;
  Observer observer_;
};

TEST_F(TrainingRunTest, WritesAModelThatAnswersAsTheMetricsSay) {
  ASSERT_OK_AND_ASSIGN(const TrainingRunResult result, Run());
  EXPECT_THAT(observer_.stages,
              ElementsAre("loading", "encoding", "training", "validating",
                          "training", "validating", "training", "validating",
                          "validating", "saving"));
  EXPECT_EQ(result.model_folder, options_.work_folder / "result");
  ASSERT_OK_AND_ASSIGN(
      const LoadedModel loaded,
      LoadModel(result.model_folder, GetKernel(Engine::kReference)));
  EXPECT_THAT(loaded.config.label_names, ElementsAre("neg", "pos"));
  const TextEncoder encoder(loaded.config.text, loaded.vocabulary,
                            loaded.config.max_tokens, loaded.config.truncation);
  std::vector<EncodedText> texts;
  std::vector<float> labels;
  for (const Example* example : dataset_.InSplit(Split::kValidation)) {
    ASSERT_OK_AND_ASSIGN(EncodedText text, encoder.Encode(example->text));
    texts.push_back(std::move(text));
    labels.push_back(static_cast<float>(example->label));
  }
  ASSERT_OK_AND_ASSIGN(const ClassificationReport report,
                       EvaluateModel(*loaded.model, texts, labels, 4));
  const nlohmann::json metrics = ReadJson(kMetricsFile);
  EXPECT_DOUBLE_EQ(metrics["validation"]["loss"], *report.loss);
  EXPECT_EQ(metrics["validation"]["accuracy"], result.best_validation_accuracy);
  EXPECT_EQ(metrics["validation"]["count"], 20);
  EXPECT_EQ(metrics["best_epoch"], result.best_epoch);
}

TEST_F(TrainingRunTest, MetricsTellEveryEpochAndTheData) {
  ASSERT_OK(Run());
  const nlohmann::json metrics = ReadJson(kMetricsFile);
  ASSERT_EQ(metrics["epochs"].size(), 3);
  EXPECT_EQ(metrics["epochs"][2]["epoch"], 3);
  const nlohmann::json& validation = metrics["validation"];
  for (const char* const key : {"precision", "recall", "f1", "roc_auc"}) {
    EXPECT_TRUE(validation.contains(key)) << key;
  }
  const nlohmann::json& data = metrics["data"];
  EXPECT_EQ(data["train_texts"], 20);
  EXPECT_EQ(data["validation_texts"], 20);
  EXPECT_EQ(data["skipped_texts"], 0);
  // "the film 3 was bad in plain ways": 8 tokens, of which two have vectors,
  // padded to 10.
  EXPECT_EQ(data["train_tokens"], 160);
  EXPECT_DOUBLE_EQ(data["token_coverage"], 2 / 8.0);
  EXPECT_DOUBLE_EQ(data["word_coverage"], 3 / 13.0);
  EXPECT_NEAR(data["padded_share"], 0.2, 1e-12);
}

TEST_F(TrainingRunTest, ProvenanceTellsWhereTheModelComesFrom) {
  ASSERT_OK(Run());
  const nlohmann::json provenance = ReadJson(kProvenanceFile);
  EXPECT_EQ(provenance["job"], "job-7");
  EXPECT_EQ(provenance["dataset_sha256"], "abc");
  EXPECT_THAT(
      ComputeFromJson(provenance["compute"]),
      IsOkAndHolds(ElementsAre(ComputeStretch{1, "reference", "cpu", 1})));
  EXPECT_THAT(HyperParametersFromJson(provenance["hyperparameters"]),
              IsOkAndHolds(options_.parameters));
}

TEST_F(TrainingRunTest, ProvenanceTellsWhenAResumedRunIsComputedOtherwise) {
  observer_.stop_after = 2;
  ASSERT_THAT(Run(), StatusIs(absl::StatusCode::kCancelled));
  observer_ = Observer();
  options_.engine = Engine::kLibtorch;
  options_.threads = 2;
  ASSERT_OK(Run());
  EXPECT_THAT(
      ComputeFromJson(ReadJson(kProvenanceFile)["compute"]),
      IsOkAndHolds(ElementsAre(ComputeStretch{1, "reference", "cpu", 1},
                               ComputeStretch{3, "libtorch", "cpu", 2})));
}

TEST_F(TrainingRunTest, AMinCountThatLeavesNoWordIsRefused) {
  options_.parameters.min_count = 21;  // each of 20 texts has "the" once
  EXPECT_THAT(Run(), StatusIs(absl::StatusCode::kInvalidArgument,
                              HasSubstr("min_count is 21; it must be at most "
                                        "20")));
}

TEST_F(TrainingRunTest, NeverTouchesTheTestSplit) {
  ASSERT_OK(Run());
  const auto weights_path = options_.work_folder / "result" / kWeightsFile;
  ASSERT_OK_AND_ASSIGN(const std::string weights, ReadFile(weights_path));
  ASSERT_OK_AND_ASSIGN(
      const std::string words,
      ReadFile(options_.work_folder / "result" / kVocabularyFile));
  EXPECT_THAT(words, HasSubstr("plain"));
  EXPECT_EQ(words.find("secret"), std::string::npos);

  // Another test split, the same model.
  for (Example& example : dataset_.examples) {
    if (example.split != Split::kTest) continue;
    example.text = "all of this is new";
    example.label = 1 - example.label;
  }
  ASSERT_OK(WriteDataset(dataset_, options_.dataset_folder));
  ASSERT_OK(RemoveAll(options_.work_folder));
  ASSERT_OK(CreateFolder(options_.work_folder));
  ASSERT_OK(Run());
  EXPECT_THAT(ReadFile(weights_path), IsOkAndHolds(weights));
}

TEST_F(TrainingRunTest, AStoppedRunLeavesItsCheckpointAndNoResult) {
  observer_.stop_after = 1;
  EXPECT_THAT(Run(), StatusIs(absl::StatusCode::kCancelled));
  EXPECT_TRUE(std::filesystem::exists(options_.work_folder / kCheckpointFile));
  EXPECT_FALSE(std::filesystem::exists(options_.work_folder / "result"));
}

TEST_F(TrainingRunTest, AStopIsHeardBeforeTheFirstEpoch) {
  for (const char* stage : {"loading", "encoding", "training"}) {
    observer_.stages.clear();
    observer_.stop = std::stop_source();
    observer_.stop_at_stage = stage;
    EXPECT_THAT(Run(), StatusIs(absl::StatusCode::kCancelled));
    EXPECT_EQ(observer_.stages.back(), stage);
    EXPECT_FALSE(
        std::filesystem::exists(options_.work_folder / kCheckpointFile));
  }
}

TEST_F(TrainingRunTest, ARunThatDiedAfterSavingSavesTheSameAgain) {
  ASSERT_OK(Run());
  const auto weights_path = options_.work_folder / "result" / kWeightsFile;
  ASSERT_OK_AND_ASSIGN(const std::string weights, ReadFile(weights_path));
  ASSERT_OK(CreateFolder(options_.work_folder / TemporaryName("result")));
  ASSERT_OK(Run());
  EXPECT_THAT(ReadFile(weights_path), IsOkAndHolds(weights));
  std::vector<std::string> left;
  for (const auto& entry :
       std::filesystem::directory_iterator(options_.work_folder)) {
    left.push_back(entry.path().filename().string());
  }
  EXPECT_THAT(left, UnorderedElementsAre("result", kCheckpointFile));
}

TEST_F(TrainingRunTest, ADatasetWithoutValidationTextsIsRefused) {
  std::erase_if(dataset_.examples, [](const Example& example) {
    return example.split == Split::kValidation;
  });
  ASSERT_OK(WriteDataset(dataset_, options_.dataset_folder));
  EXPECT_THAT(Run(), StatusIs(absl::StatusCode::kInvalidArgument,
                              HasSubstr("no validation text")));
}

TEST_F(TrainingRunTest, WhatIsMissingOrBrokenIsNamed) {
  ASSERT_OK(WriteFileAtomically(options_.vectors_file, "good 1 2\nbad 1\n"));
  EXPECT_THAT(
      Run(), StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("line 2")));
  ASSERT_OK(RemoveAll(options_.vectors_file));
  EXPECT_THAT(Run(), StatusIs(absl::StatusCode::kNotFound,
                              HasSubstr(options_.vectors_file.string())));
  ASSERT_OK(RemoveAll(options_.dataset_folder));
  EXPECT_THAT(Run(), StatusIs(absl::StatusCode::kNotFound,
                              HasSubstr(options_.dataset_folder.string())));
}

TEST_F(TrainingRunTest, HyperParametersOutOfRangeAreRefusedBeforeAnyWork) {
  options_.parameters.layers = 100;
  EXPECT_THAT(Run(), StatusIs(absl::StatusCode::kInvalidArgument,
                              HasSubstr("layers is 100")));
  EXPECT_THAT(observer_.stages, ElementsAre());
}

}  // namespace
}  // namespace carousel
