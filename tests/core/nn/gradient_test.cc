// Analytic gradients against (L(w + e) - L(w - e)) / 2e in double precision:
// of a layer, and of the whole model.
#include <ATen/ATen.h>
#include <ATen/core/grad_mode.h>

#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "core/nn/lstm_layer.h"
#include "core/nn/sentiment_lstm.h"
#include "gtest/gtest.h"
#include "tests/core/nn/small_model.h"
#include "tests/support/all_kernels.h"

namespace carousel {
namespace {

using Loss = std::function<at::Tensor()>;

// Every entry of every one of `parameters`, leaves in double precision.
void ExpectGradientsByDifferences(const std::vector<NamedParameter>& parameters,
                                  const Loss& loss) {
  constexpr double kStep = 1e-5;
  constexpr double kTolerance = 1e-7;
  loss().backward();
  const at::NoGradGuard no_grad;
  for (const NamedParameter& parameter : parameters) {
    const at::Tensor analytic = parameter.tensor.grad().contiguous();
    EXPECT_GT(analytic.abs().max().item<double>(), 100 * kTolerance)
        << parameter.name << ": too small to prove a thing";
    ASSERT_TRUE(parameter.tensor.is_contiguous()) << parameter.name;
    double* const values = parameter.tensor.mutable_data_ptr<double>();
    for (std::int64_t i = 0; i < analytic.numel(); ++i) {
      const double value = values[i];
      values[i] = value + kStep;
      const double above = loss().item<double>();
      values[i] = value - kStep;
      const double below = loss().item<double>();
      values[i] = value;
      EXPECT_NEAR((above - below) / (2 * kStep),
                  analytic.const_data_ptr<double>()[i], kTolerance)
          << parameter.name << ", entry " << i;
    }
  }
}

at::Tensor DoubleLeaf(const at::Tensor& tensor) {
  return tensor.detach().to(at::kDouble).contiguous().requires_grad_();
}

class LayerGradientTest : public testing::TestWithParam<NamedKernel> {};

TEST_P(LayerGradientTest, AgreesWithDifferencesInWeightsBiasesAndInputs) {
  SetTorchThreads(1);  // too small to share
  at::manual_seed(3);
  LayerGates gates = LstmLayer(3, 4, /*bidirectional=*/true, 1).Gates();
  std::vector<NamedParameter> parameters;
  const auto add = [&](const std::string& name, at::Tensor& tensor) {
    tensor = DoubleLeaf(tensor);
    parameters.push_back({name, tensor});
  };
  add("forward weight", gates.forward.weight);
  add("forward bias", gates.forward.bias);
  add("backward weight", gates.backward->weight);
  add("backward bias", gates.backward->bias);
  at::Tensor inputs = at::randn({2, 5, 3});
  add("inputs", inputs);
  const at::Tensor lengths = at::tensor({5, 3}, at::kLong);
  const at::Tensor is_text =
      at::arange(5).view({1, -1, 1}) < lengths.view({-1, 1, 1});
  ExpectGradientsByDifferences(parameters, [&] {
    const LayerOutput output = GetParam().kernel->Run(gates, inputs, lengths);
    return (output.outputs.pow(2) * is_text).sum() + output.last.sum();
  });
}

INSTANTIATE_TEST_SUITE_P(Kernels, LayerGradientTest,
                         testing::ValuesIn(AllKernels()),
                         [](const auto& info) { return info.param.name; });

class ModelGradientTest : public testing::TestWithParam<Pooling> {};

TEST_P(ModelGradientTest, AgreesWithDifferencesFromTheLossToTheEmbedding) {
  ModelConfig config = SmallConfig(GetParam(), /*bidirectional=*/true, 2);
  config.embedding_size = 4;
  config.hidden_size = 3;
  const SentimentLstm model = MakeSmallModel(config);
  for (const NamedParameter& parameter : model.parameters()) {
    parameter.tensor.set_data(parameter.tensor.detach().to(at::kDouble));
  }
  // A word twice in a text, and in two texts.
  const BatchTensors batch =
      MakeBatchOf({{3, 4, 3, 1}, {4, 5}, {6}}, /*columns=*/5);
  const at::Tensor labels = at::tensor({1.0, 0.0, 1.0}, at::kDouble);
  ExpectGradientsByDifferences(model.parameters(), [&] {
    return at::binary_cross_entropy_with_logits(model.Forward(batch), labels);
  });
}

INSTANTIATE_TEST_SUITE_P(Poolings, ModelGradientTest,
                         testing::Values(Pooling::kLast, Pooling::kMax,
                                         Pooling::kMean, Pooling::kConcat),
                         [](const auto& info) {
                           return std::string(ToString(info.param));
                         });

}  // namespace
}  // namespace carousel
