// Training on a CUDA device against the CPU. It is skipped where there is no
// device.
#include <ATen/ATen.h>

#include <string>
#include <vector>

#include "core/data/batcher.h"
#include "core/train/evaluator.h"
#include "core/train/learner.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/train/toy_task.h"
#include "tests/support/host_reads.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::Each;
using ::testing::IsEmpty;
using ::testing::SizeIs;

constexpr int kSteps = 20;

// cuDNN multiplies in TF32 unless told otherwise, and the steps add up.
constexpr double kTolerance = 2e-2;

Batch MakeToyBatch(const LabelledTexts& texts) {
  return MakeBatch(texts.texts, texts.labels,
                   std::vector<std::size_t>{0, 1, 2, 3, 4, 5});
}

class CudaLearnerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    const absl::StatusOr<std::string> device = ResolveDevice("cuda");
    if (!device.ok()) GTEST_SKIP() << device.status().message();
    device_ = *device;
    parameters_.bidirectional = true;
    parameters_.layers = 2;
    parameters_.gradient_clip = 0.5;
    parameters_.pooling = Pooling::kConcat;
  }

  Learner MakeLearner(const std::string& device) const {
    at::manual_seed(3);
    return Learner(parameters_, ToyConfig(parameters_), MakeToyEmbedding(),
                   Engine::kFused, device);
  }

  HyperParameters parameters_ = ToyParameters();
  const LabelledTexts texts_ = MakeToyTexts(6, 1);
  std::string device_;
};

TEST_F(CudaLearnerTest, AStepReadsNothingBackAndWaitsForNoCopy) {
  parameters_.dropout = 0.5;
  parameters_.embedding_dropout = 0.4;
  parameters_.word_dropout = 0.1;
  parameters_.weight_drop = 0.2;
  Learner learner = MakeLearner(device_);
  const HostReads reads;
  learner.Step(learner.Prepare(MakeToyBatch(texts_)), /*rate_factor=*/1);
  learner.Step(learner.Prepare(MakeToyBatch(texts_)), /*rate_factor=*/1);
  EXPECT_THAT(reads.found(), IsEmpty());
}

TEST_F(CudaLearnerTest, AnEvaluationIsReadBackOnceHoweverManyItsBatches) {
  const Learner learner = MakeLearner(device_);
  std::vector<std::size_t> counts;
  for (const std::size_t batch_size : {6, 2, 1}) {
    const HostReads reads;
    ASSERT_OK(PredictProbabilities(*learner.model(), texts_.texts, batch_size));
    counts.push_back(reads.found().size());
  }
  EXPECT_GT(counts[0], 0);
  EXPECT_THAT(counts, Each(counts[0]));
}

TEST_F(CudaLearnerTest, LearnsAsTheCpuDoes) {
  std::vector<std::vector<StepResult>> runs;
  std::vector<std::vector<double>> answers;
  for (const std::string& device : {std::string("cpu"), device_}) {
    Learner learner = MakeLearner(device);
    for (int step = 0; step < kSteps; ++step) {
      learner.Step(learner.Prepare(MakeToyBatch(texts_)), /*rate_factor=*/1);
    }
    runs.push_back(learner.ReadSteps());
    const auto probabilities =
        PredictProbabilities(*learner.model(), texts_.texts, 2);
    ASSERT_OK(probabilities);
    answers.push_back(*probabilities);
  }
  ASSERT_THAT(runs[1], SizeIs(kSteps));
  for (int step = 0; step < kSteps; ++step) {
    EXPECT_NEAR(runs[1][step].loss, runs[0][step].loss, kTolerance);
    EXPECT_NEAR(runs[1][step].gradient_norm, runs[0][step].gradient_norm,
                10 * kTolerance);
  }
  EXPECT_LT(runs[1].back().loss, runs[1].front().loss);
  for (std::size_t text = 0; text < answers[0].size(); ++text) {
    EXPECT_NEAR(answers[1][text], answers[0][text], 10 * kTolerance);
  }
}

}  // namespace
}  // namespace carousel
