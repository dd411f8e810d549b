#include "core/train/learner.h"

#include <ATen/ATen.h>

#include <limits>
#include <string>
#include <vector>

#include "core/data/batcher.h"
#include "core/nn/model_folder.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/train/trainer_fixture.h"
#include "tests/support/host_reads.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Learner MakeLearner(const HyperParameters& parameters, Engine engine,
                    const std::vector<float>& embedding = MakeToyEmbedding()) {
  SetTorchThreads(1);  // too small to share
  at::manual_seed(3);
  return Learner(parameters, ToyConfig(parameters), embedding, engine, "cpu");
}

// The first texts of the toy task.
Batch MakeToyBatch() {
  const LabelledTexts texts = MakeToyTexts(6, 1);
  return MakeBatch(texts.texts, texts.labels,
                   std::vector<std::size_t>{0, 1, 2, 3, 4, 5});
}

TEST(HostReadsTest, FindsWhatReadsBack) {
  const at::Tensor numbers = at::ones({3});
  const HostReads reads;
  (void)(numbers + 1);
  EXPECT_THAT(reads.found(), IsEmpty());
  (void)numbers.sum().item<float>();
  (void)numbers.index({numbers.gt(0)});
  EXPECT_THAT(
      reads.found(),
      ElementsAre("aten::item", "aten::_local_scalar_dense", "aten::nonzero"));
}

class LearnerTest : public ::testing::TestWithParam<Engine> {};

TEST_P(LearnerTest, AStepReadsNothingBack) {
  HyperParameters parameters = WithAllDropouts();
  for (const double clip : {0.0, 1e-3, 1e3}) {
    for (const OptimizerKind optimizer :
         {OptimizerKind::kAdamW, OptimizerKind::kSgd}) {
      parameters.gradient_clip = clip;
      parameters.optimizer = optimizer;
      Learner learner = MakeLearner(parameters, GetParam());
      const HostReads reads;
      const PreparedBatch batch = learner.Prepare(MakeToyBatch());
      learner.Step(batch, /*rate_factor=*/1);
      learner.Step(batch, /*rate_factor=*/1);
      EXPECT_THAT(reads.found(), IsEmpty());
    }
  }
}

TEST_P(LearnerTest, ReadsEachStepOnceHoweverSeldomItIsAsked) {
  const HyperParameters parameters = WithAllDropouts();
  Learner often = MakeLearner(parameters, GetParam());
  std::vector<StepResult> expected;
  for (int step = 0; step < 3; ++step) {
    often.Step(often.Prepare(MakeToyBatch()), /*rate_factor=*/0.5);
    ASSERT_THAT(expected.emplace_back(often.ReadSteps().front()).rows, 6);
  }
  Learner seldom = MakeLearner(parameters, GetParam());
  for (int step = 0; step < 3; ++step) {
    seldom.Step(seldom.Prepare(MakeToyBatch()), /*rate_factor=*/0.5);
  }
  const std::vector<StepResult> steps = seldom.ReadSteps();
  ASSERT_THAT(steps, SizeIs(3));
  for (std::size_t i = 0; i < steps.size(); ++i) {
    EXPECT_EQ(steps[i].tokens, expected[i].tokens);
    EXPECT_EQ(steps[i].correct, expected[i].correct);
    EXPECT_EQ(steps[i].loss, expected[i].loss);
    EXPECT_EQ(steps[i].gradient_norm, expected[i].gradient_norm);
    EXPECT_EQ(steps[i].learning_rate, parameters.learning_rate * 0.5);
  }
  EXPECT_THAT(seldom.ReadSteps(), IsEmpty());
  EXPECT_EQ(SerializeWeights(*seldom.model()),
            SerializeWeights(*often.model()));
}

TEST_P(LearnerTest, NothingMovesOnceAStepIsNotFinite) {
  std::vector<float> embedding = MakeToyEmbedding();
  Batch odd = MakeToyBatch();
  const std::int64_t word = odd.tokens[0];
  embedding[word * kToyEmbedding] = std::numeric_limits<float>::quiet_NaN();
  Batch sound = MakeToyBatch();
  for (std::int64_t& token : sound.tokens) {
    if (token == word) token = word == kToyVocabulary - 1 ? 4 : word + 1;
  }
  Learner learner = MakeLearner(ToyParameters(), GetParam(), embedding);
  learner.Step(learner.Prepare(sound), /*rate_factor=*/1);
  const std::string weights = SerializeWeights(*learner.model());
  learner.Step(learner.Prepare(odd), /*rate_factor=*/1);
  learner.Step(learner.Prepare(sound), /*rate_factor=*/1);
  EXPECT_EQ(SerializeWeights(*learner.model()), weights);
  const std::vector<StepResult> steps = learner.ReadSteps();
  ASSERT_THAT(steps, SizeIs(3));
  EXPECT_OK(CheckFinite(steps[0]));
  EXPECT_THAT(CheckFinite(steps[1]),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("the loss is nan; it must be finite")));
}

INSTANTIATE_TEST_SUITE_P(Engines, LearnerTest,
                         ::testing::Values(Engine::kReference,
                                           Engine::kLibtorch, Engine::kFused),
                         [](const auto& info) {
                           return std::string(ToString(info.param));
                         });

}  // namespace
}  // namespace carousel
