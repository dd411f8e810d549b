#include "core/nn/sentiment_lstm.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <cmath>
#include <limits>
#include <set>
#include <string>
#include <tuple>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/nn/small_model.h"

namespace carousel {
namespace {

using ::testing::DoubleNear;
using ::testing::ElementsAre;
using ::testing::IsNan;

class SentimentLstmTest
    : public testing::TestWithParam<std::tuple<Engine, Pooling, bool>> {
 protected:
  SentimentLstm MakeModel() const {
    const auto& [engine, pooling, bidirectional] = GetParam();
    return MakeSmallModel(SmallConfig(pooling, bidirectional, 2), engine);
  }
};

TEST_P(SentimentLstmTest, PaddingAndNeighboursChangeNoAnswer) {
  const SentimentLstm model = MakeModel();
  c10::InferenceMode inference;
  const at::Tensor alone = model.Forward(MakeBatchOf({{3, 4, 5}}, 3));
  const at::Tensor padded = model.Forward(MakeBatchOf({{3, 4, 5}}, 40));
  const at::Tensor together =
      model.Forward(MakeBatchOf({{9, 9, 9, 9, 9, 9, 9}, {3, 4, 5}, {2}}, 7));
  EXPECT_NEAR(alone[0].item<double>(), padded[0].item<double>(), 1e-6);
  EXPECT_NEAR(alone[0].item<double>(), together[1].item<double>(), 1e-6);
}

// The gradients of the logit of one text of a batch.
std::vector<NamedParameter> Gradients(const SentimentLstm& model,
                                      const BatchTensors& batch,
                                      std::int64_t text) {
  std::vector<NamedParameter> gradients = model.parameters();
  for (NamedParameter& parameter : gradients) {
    parameter.tensor.mutable_grad().reset();
  }
  model.Forward(batch)[text].backward();
  for (NamedParameter& parameter : gradients) {
    parameter.tensor = parameter.tensor.grad();
  }
  return gradients;
}

TEST_P(SentimentLstmTest, PaddingAndNeighboursChangeNoGradient) {
  const SentimentLstm model = MakeModel();
  const auto alone = Gradients(model, MakeBatchOf({{3, 4, 5}}, 3), 0);
  const auto padded = Gradients(model, MakeBatchOf({{3, 4, 5}}, 40), 0);
  const auto together = Gradients(
      model, MakeBatchOf({{9, 9, 9, 9, 9, 9, 9}, {3, 4, 5}, {2}}, 7), 1);
  for (std::size_t i = 0; i < alone.size(); ++i) {
    EXPECT_GT(alone[i].tensor.abs().sum().item<double>(), 0) << alone[i].name;
    EXPECT_LE(ParityError(padded[i].tensor, alone[i].tensor), 1e-6)
        << alone[i].name;
    EXPECT_LE(ParityError(together[i].tensor, alone[i].tensor), 1e-6)
        << alone[i].name;
  }
}

TEST_P(SentimentLstmTest, OnlyTheWordsOfTheBatchGetAGradient) {
  const SentimentLstm model = MakeModel();
  model.Forward(MakeBatchOf({{3, 4}, {5, 6, 7, 8}}, 6)).sum().backward();
  const at::Tensor gradient = model.embedding().grad().abs().sum(1);
  EXPECT_GT(gradient.sum().item<double>(), 0);
  for (std::int64_t token = 0; token < kSmallVocabulary; ++token) {
    if (token >= 3 && token <= 8) continue;
    EXPECT_EQ(gradient[token].item<double>(), 0) << token;
  }
}

std::string CaseName(
    const testing::TestParamInfo<std::tuple<Engine, Pooling, bool>>& info) {
  const auto& [engine, pooling, bidirectional] = info.param;
  return std::string(ToString(engine)) + "_" + std::string(ToString(pooling)) +
         (bidirectional ? "_both" : "");
}

INSTANTIATE_TEST_SUITE_P(
    All, SentimentLstmTest,
    testing::Combine(testing::Values(Engine::kReference, Engine::kLibtorch,
                                     Engine::kFused),
                     testing::Values(Pooling::kLast, Pooling::kMax,
                                     Pooling::kMean, Pooling::kConcat),
                     testing::Bool()),
    CaseName);

TEST(SentimentLstmParametersTest, AreNamedAsTheTextbookNamesThem) {
  const SentimentLstm model =
      MakeSmallModel(SmallConfig(Pooling::kLast, true, 2));
  std::set<std::string> names;
  for (const auto& parameter : model.parameters()) names.insert(parameter.name);
  EXPECT_EQ(names.size(), 1 + 2 * 2 * 8 + 2);
  EXPECT_TRUE(names.contains("embedding"));
  EXPECT_TRUE(names.contains("layers.1.backward.W_c"));
  EXPECT_TRUE(names.contains("head.bias"));
}

// Answers two texts, of 3 tokens and of 2, with the same numbers always. What
// stands in the padding would win any maximum.
class FixedKernel final : public LstmKernel {
 public:
  LayerOutput Run(const LayerGates&, const LayerInputs&,
                  const at::Tensor&) const override {
    return {.outputs = at::tensor({0.5, -0.5, -1.0, 0.25, 0.75, -0.125,  //
                                   -0.5, -0.25, -0.75, -1.0, 9.0, 9.0},
                                  at::kFloat)
                           .view({2, 3, 2}),
            .last = at::tensor({7.0, 8.0, 5.0, 6.0}, at::kFloat).view({2, 2})};
  }
};

// The pooled vectors, [text, unit]: a head that looks at one unit gives it.
at::Tensor Pooled(Pooling pooling) {
  const FixedKernel kernel;
  ModelConfig config = SmallConfig(pooling, false);
  config.hidden_size = 2;
  const SentimentLstm model = MakeSmallModel(config, kernel);
  const at::Tensor weight =
      model.parameters()[model.parameters().size() - 2].tensor.detach();
  std::vector<at::Tensor> units;
  for (std::int64_t unit = 0; unit < config.pooled_size(); ++unit) {
    weight.zero_();
    weight[0][unit].fill_(1);
    units.push_back(
        model.Forward(MakeBatchOf({{2, 3, 4}, {5, 6}}, 3)).detach());
  }
  return at::stack(units, 1);
}

at::Tensor Rows(std::initializer_list<double> values) {
  return at::tensor(values, at::kFloat).view({2, -1});
}

TEST(PoolingTest, LastIsTheLayersOwnLast) {
  EXPECT_LE(ParityError(Pooled(Pooling::kLast), Rows({7, 8, 5, 6})), 1e-6);
}

TEST(PoolingTest, MaxIsOfEachUnitOverTheTextAlone) {
  EXPECT_LE(ParityError(Pooled(Pooling::kMax), Rows({0.75, 0.25, -0.5, -0.25})),
            1e-6);
}

TEST(PoolingTest, MeanIsOfEachUnitOverTheTextsOwnLength) {
  EXPECT_LE(ParityError(Pooled(Pooling::kMean),
                        Rows({0.25 / 3, -0.125, -0.625, -0.625})),
            1e-6);
}

TEST(PoolingTest, ConcatIsMaxThenMeanThenLast) {
  EXPECT_LE(ParityError(Pooled(Pooling::kConcat),
                        Rows({0.75, 0.25, 0.25 / 3, -0.125, 7, 8,  //
                              -0.5, -0.25, -0.625, -0.625, 5, 6})),
            1e-6);
}

TEST(ToProbabilitiesTest, IsTheSigmoid) {
  EXPECT_THAT(
      ToProbabilities(at::tensor({0.0, 2.0, -2.0, 200.0, -200.0}, at::kFloat)),
      ElementsAre(0.5, DoubleNear(1 / (1 + std::exp(-2.0)), 1e-12),
                  DoubleNear(1 / (1 + std::exp(2.0)), 1e-12), 1,
                  DoubleNear(0, 1e-80)));
}

TEST(ToProbabilitiesTest, OfALogitThatIsNotFiniteThereIsNone) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_THAT(ToProbabilities(at::tensor({infinity, -infinity, std::nan("")})),
              ElementsAre(IsNan(), IsNan(), IsNan()));
}

TEST(ParityErrorTest, IsRelativeToTheLargestOfTheSecondAboveOne) {
  const at::Tensor small = at::tensor({0.5, -0.25});
  EXPECT_DOUBLE_EQ(ParityError(small + 0.125, small), 0.125);
  EXPECT_DOUBLE_EQ(
      ParityError(at::tensor({1.0, -9.0}), at::tensor({1.0, -8.0})), 1.0 / 8);
}

TEST(ParityErrorTest, IsInfiniteForOtherShapesAlsoThoseThatBroadcast) {
  const double infinity = std::numeric_limits<double>::infinity();
  EXPECT_EQ(ParityError(at::ones({2, 3}), at::ones({3})), infinity);
  EXPECT_EQ(ParityError(at::ones({2, 3}), at::ones({2, 1})), infinity);
  EXPECT_EQ(ParityError(at::ones({6}), at::ones({2, 3})), infinity);
}

}  // namespace
}  // namespace carousel
