// What each kind of dropout does, seen from where the layers run.
#include <ATen/ATen.h>

#include <vector>

#include "core/nn/sentiment_lstm.h"
#include "gtest/gtest.h"
#include "tests/core/nn/small_model.h"

namespace carousel {
namespace {

// Enough that a share of them is near its expectation.
constexpr std::int64_t kUnits = 64;
constexpr double kShare = 0.25;

// Remembers what it was given; every output is 1.
class RecordingKernel final : public LstmKernel {
 public:
  LayerOutput Run(const LayerGates& layer, const LayerInputs& layer_inputs,
                  const at::Tensor&) const override {
    gates.push_back(layer);
    inputs.push_back(layer_inputs.LayOut().detach());
    const at::Tensor vectors = layer_inputs.LayOut();
    const std::int64_t rows = vectors.size(0);
    const std::int64_t width =
        layer.forward.hidden_size() * (layer.backward.has_value() ? 2 : 1);
    return {.outputs = at::ones({rows, vectors.size(1), width}),
            .last = at::ones({rows, width})};
  }

  mutable std::vector<LayerGates> gates;
  mutable std::vector<at::Tensor> inputs;
};

ModelConfig WideConfig(std::int64_t layers = 1, bool bidirectional = false) {
  ModelConfig config = SmallConfig(Pooling::kLast, bidirectional, layers);
  config.embedding_size = kUnits;
  config.hidden_size = kUnits;
  return config;
}

double ZeroShare(const at::Tensor& values) {
  return (values == 0).to(at::kDouble).mean().item<double>();
}

// That `values` are `whole`, a share of them zeroed and the rest scaled up so
// that the mean stays.
void ExpectDropped(const at::Tensor& values, const at::Tensor& whole,
                   double share, double share_tolerance) {
  EXPECT_NEAR(ZeroShare(values), share, share_tolerance);
  const at::Tensor kept = values != 0;
  EXPECT_LE(ParityError(values.masked_select(kept) * (1 - share),
                        whole.masked_select(kept)),
            1e-6);
}

// The same for a sequence of ones, and one mask a text for all of its steps.
void ExpectLockedMask(const at::Tensor& sequence, double share) {
  const at::Tensor first = sequence.narrow(1, 0, 1);
  EXPECT_TRUE(at::equal(sequence, first.expand(sequence.sizes())));
  ExpectDropped(first, at::ones_like(first), share, 0.1);
  EXPECT_FALSE(at::equal(first[0], first[1])) << "two texts have one mask";
}

BatchTensors TwoTexts() {
  return MakeBatchOf({{2, 3, 4, 5, 6, 7, 8, 9}, {9, 8, 7, 6, 5, 4, 3, 2}}, 8);
}

// A model whose words are all ones.
SentimentLstm MakeModelOfOnes(const ModelConfig& config,
                              const LstmKernel& kernel) {
  SentimentLstm model = MakeSmallModel(config, kernel);
  model.embedding().detach().fill_(1);
  return model;
}

TEST(DropoutTest, ChangesAnswersOnlyWhileItIsOn) {
  const SentimentLstm model =
      MakeSmallModel(SmallConfig(Pooling::kConcat, false));
  const BatchTensors batch = MakeBatchOf({{3, 4, 5, 6, 7, 8}}, 6);
  const at::Tensor plain = model.Forward(batch);
  EXPECT_TRUE(at::equal(plain, model.Forward(batch)));
  for (const Dropout& dropout :
       {Dropout{.output = 0.5}, Dropout{.embedding = 0.5}, Dropout{.word = 0.5},
        Dropout{.weight = 0.5}}) {
    EXPECT_FALSE(at::equal(plain, model.Forward(batch, dropout)));
  }
}

TEST(DropoutTest, WordDropoutGivesTheUnknownWordAndSparesPadding) {
  const RecordingKernel kernel;
  const SentimentLstm model = MakeSmallModel(WideConfig(), kernel);
  // A word's vector says which word it is.
  model.embedding().detach().copy_(
      at::arange(kSmallVocabulary).to(at::kFloat).view({-1, 1}));
  const BatchTensors batch = MakeBatchOf(
      std::vector<std::vector<std::int64_t>>(50, {5, 6, 7, 8, 9, 10, 11, 12}),
      20);
  model.Forward(batch, {.word = kShare});
  const at::Tensor seen = kernel.inputs[0].select(2, 0).to(at::kLong);
  const at::Tensor unknown = seen == kUnknownId;
  EXPECT_TRUE(((seen == batch.tokens) | unknown).all().item<bool>());
  const at::Tensor is_padding = batch.tokens == kPaddingId;
  EXPECT_FALSE((unknown & is_padding).any().item<bool>());
  EXPECT_NEAR(unknown.masked_select(is_padding.logical_not())
                  .to(at::kDouble)
                  .mean()
                  .item<double>(),
              kShare, 0.08);
}

TEST(DropoutTest, EmbeddingDropoutIsOneMaskATextAtEveryStep) {
  const RecordingKernel kernel;
  const SentimentLstm model = MakeModelOfOnes(WideConfig(), kernel);
  model.Forward(TwoTexts(), {.embedding = kShare});
  ExpectLockedMask(kernel.inputs[0], kShare);
}

TEST(DropoutTest, BetweenLayersOutputDropoutIsOneMaskATextAtEveryStep) {
  const RecordingKernel kernel;
  const SentimentLstm model = MakeModelOfOnes(WideConfig(3), kernel);
  model.Forward(TwoTexts(), {.output = kShare});
  ASSERT_EQ(kernel.inputs.size(), 3);
  EXPECT_EQ(ZeroShare(kernel.inputs[0]), 0) << "words have their own dropout";
  ExpectLockedMask(kernel.inputs[1], kShare);
  ExpectLockedMask(kernel.inputs[2], kShare);
  EXPECT_FALSE(at::equal(kernel.inputs[1], kernel.inputs[2]));
}

TEST(DropoutTest, OutputDropoutIsOfThePooledVector) {
  const RecordingKernel kernel;
  const SentimentLstm model = MakeModelOfOnes(WideConfig(), kernel);
  // The head's gradient is the pooled vector, which is ones.
  model.Forward(MakeBatchOf({{2, 3}}, 2), {.output = kShare}).sum().backward();
  const std::vector<NamedParameter> parameters = model.parameters();
  const NamedParameter& head = parameters[parameters.size() - 2];
  ASSERT_EQ(head.name, "head.weight");
  const at::Tensor pooled = head.tensor.grad();
  ExpectDropped(pooled, at::ones_like(pooled), kShare, 0.15);
}

TEST(DropoutTest, WeightDropIsOfTheRecurrentWeightsOfBothDirectionsAlone) {
  const RecordingKernel kernel;
  const SentimentLstm model = MakeModelOfOnes(WideConfig(2, true), kernel);
  model.Forward(TwoTexts());
  model.Forward(TwoTexts(), {.weight = kShare});
  ASSERT_EQ(kernel.gates.size(), 4);
  for (std::size_t layer = 0; layer < 2; ++layer) {
    const LayerGates& whole = kernel.gates[layer];
    const LayerGates& dropped = kernel.gates[layer + 2];
    const auto check = [](const StackedGates& dropped,
                          const StackedGates& whole) {
      ExpectDropped(dropped.weight.narrow(1, 0, kUnits),
                    whole.weight.narrow(1, 0, kUnits), kShare, 0.03);
      EXPECT_TRUE(
          at::equal(dropped.weight.narrow(1, kUnits, whole.input_size()),
                    whole.weight.narrow(1, kUnits, whole.input_size())));
      EXPECT_TRUE(at::equal(dropped.bias, whole.bias));
    };
    check(dropped.forward, whole.forward);
    check(*dropped.backward, *whole.backward);
    EXPECT_FALSE(
        at::equal(dropped.forward.weight == 0, dropped.backward->weight == 0));
  }
}

}  // namespace
}  // namespace carousel
