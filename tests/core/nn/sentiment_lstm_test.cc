#include "core/nn/sentiment_lstm.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <set>

#include "core/engine/engine.h"

namespace carousel {
namespace {

constexpr std::int64_t kVocabulary = 20;

ModelConfig SmallConfig(Pooling pooling, bool bidirectional,
                        std::int64_t layers = 1) {
  ModelConfig config;
  config.vocabulary_size = kVocabulary;
  config.embedding_size = 6;
  config.hidden_size = 5;
  config.layers = layers;
  config.bidirectional = bidirectional;
  config.pooling = pooling;
  return config;
}

SentimentLstm MakeModel(const ModelConfig& config,
                        Engine engine = Engine::kReference) {
  at::manual_seed(11);
  return SentimentLstm(config, at::randn({kVocabulary, config.embedding_size}),
                       1, GetKernel(engine));
}

BatchTensors MakeBatchOf(std::vector<std::vector<std::int64_t>> texts,
                         std::int64_t columns) {
  Batch batch;
  batch.rows = texts.size();
  batch.time = columns;
  for (auto& text : texts) {
    batch.lengths.push_back(text.size());
    text.resize(columns, kPaddingId);
    batch.tokens.insert(batch.tokens.end(), text.begin(), text.end());
  }
  return ToTensors(batch);
}

class SentimentLstmTest
    : public testing::TestWithParam<std::tuple<Engine, Pooling, bool>> {};

TEST_P(SentimentLstmTest, PaddingAndNeighboursChangeNothing) {
  const auto& [engine, pooling, bidirectional] = GetParam();
  const SentimentLstm model =
      MakeModel(SmallConfig(pooling, bidirectional, 2), engine);
  c10::InferenceMode inference;
  const at::Tensor alone = model.Forward(MakeBatchOf({{3, 4, 5}}, 3));
  const at::Tensor padded = model.Forward(MakeBatchOf({{3, 4, 5}}, 40));
  const at::Tensor together =
      model.Forward(MakeBatchOf({{9, 9, 9, 9, 9, 9, 9}, {3, 4, 5}, {2}}, 7));
  EXPECT_NEAR(alone[0].item<double>(), padded[0].item<double>(), 1e-6);
  EXPECT_NEAR(alone[0].item<double>(), together[1].item<double>(), 1e-6);
}

TEST_P(SentimentLstmTest, PaddingGetsNoGradient) {
  const auto& [engine, pooling, bidirectional] = GetParam();
  const SentimentLstm model =
      MakeModel(SmallConfig(pooling, bidirectional), engine);
  model.Forward(MakeBatchOf({{3, 4}, {5, 6, 7, 8}}, 6)).sum().backward();
  const at::Tensor gradient = model.embedding().grad();
  EXPECT_EQ(gradient[kPaddingId].abs().sum().item<double>(), 0);
  EXPECT_GT(gradient.abs().sum().item<double>(), 0);
  // Words that are not in the batch get none either.
  EXPECT_EQ(gradient[15].abs().sum().item<double>(), 0);
}

std::string CaseName(
    const testing::TestParamInfo<std::tuple<Engine, Pooling, bool>>& info) {
  const auto& [engine, pooling, bidirectional] = info.param;
  return std::string(ToString(engine)) + "_" + std::string(ToString(pooling)) +
         (bidirectional ? "_both" : "");
}

INSTANTIATE_TEST_SUITE_P(
    All, SentimentLstmTest,
    testing::Combine(testing::Values(Engine::kReference, Engine::kLibtorch),
                     testing::Values(Pooling::kLast, Pooling::kMax,
                                     Pooling::kMean, Pooling::kConcat),
                     testing::Bool()),
    CaseName);

TEST(SentimentLstmParametersTest, AreNamedAsTheTextbookNamesThem) {
  const SentimentLstm model = MakeModel(SmallConfig(Pooling::kLast, true, 2));
  std::set<std::string> names;
  for (const auto& parameter : model.parameters()) names.insert(parameter.name);
  EXPECT_EQ(names.size(), 1 + 2 * 2 * 8 + 2);
  EXPECT_TRUE(names.contains("embedding"));
  EXPECT_TRUE(names.contains("layers.1.backward.W_c"));
  EXPECT_TRUE(names.contains("head.bias"));
}

TEST(SentimentLstmDropoutTest, ChangesAnswersOnlyWhileItIsOn) {
  const SentimentLstm model = MakeModel(SmallConfig(Pooling::kConcat, false));
  const BatchTensors batch = MakeBatchOf({{3, 4, 5, 6, 7, 8}}, 6);
  const at::Tensor plain = model.Forward(batch);
  EXPECT_TRUE(at::equal(plain, model.Forward(batch)));
  for (const Dropout& dropout :
       {Dropout{.output = 0.5}, Dropout{.embedding = 0.5}, Dropout{.word = 0.5},
        Dropout{.weight = 0.5}}) {
    EXPECT_FALSE(at::equal(plain, model.Forward(batch, dropout)));
  }
}

TEST(SentimentLstmDropoutTest, EmbeddingDropoutIsLockedOverTime) {
  const SentimentLstm model = MakeModel(SmallConfig(Pooling::kLast, false));
  // With one word repeated, what is dropped is dropped at every step: the
  // gradient of a dropped dimension is zero at all of them.
  at::Tensor embedded = at::ones({1, 8, 6}).requires_grad_();
  model
      .ForwardEmbedded(embedded, at::tensor({8}, at::kLong),
                       Dropout{.embedding = 0.5})
      .sum()
      .backward();
  const at::Tensor is_zero = (embedded.grad()[0] == 0);  // [time, dimension]
  EXPECT_TRUE(at::equal(is_zero.all(0), is_zero.any(0)));
  EXPECT_TRUE(is_zero.any().item<bool>());
  EXPECT_FALSE(is_zero.all().item<bool>());
}

TEST(SentimentLstmPoolingTest, MaxAndMeanLookAtTheTextAlone) {
  // Padding columns hold outputs too; a mean or a max over them would differ.
  for (const Pooling pooling : {Pooling::kMax, Pooling::kMean}) {
    const SentimentLstm model = MakeModel(SmallConfig(pooling, false));
    const double exact =
        model.Forward(MakeBatchOf({{3, 4}}, 2))[0].item<double>();
    const double padded =
        model.Forward(MakeBatchOf({{3, 4}}, 30))[0].item<double>();
    EXPECT_NEAR(exact, padded, 1e-6);
  }
}

}  // namespace
}  // namespace carousel
