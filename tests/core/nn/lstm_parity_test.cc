// The hand-written LSTM, on every kernel, against torch::nn::LSTM with the
// same weights: outputs and gradients, any lengths, any directions and layers.
#include <torch/nn/modules/rnn.h>
#include <torch/nn/utils/rnn.h>

#include <string>
#include <tuple>
#include <vector>

#include "core/nn/lstm_layer.h"
#include "core/nn/sentiment_lstm.h"
#include "gtest/gtest.h"
#include "tests/support/all_kernels.h"
#include "tests/support/torch_lstm.h"

namespace carousel {
namespace {

constexpr std::int64_t kInput = 7;

struct Shape {
  std::int64_t batch, time, hidden, layers;
  bool bidirectional;
  std::int64_t directions() const { return bidirectional ? 2 : 1; }
};

std::vector<LstmLayer> MakeLayers(const Shape& shape) {
  std::vector<LstmLayer> layers;
  std::int64_t input = kInput;
  for (std::int64_t i = 0; i < shape.layers; ++i) {
    layers.emplace_back(input, shape.hidden, shape.bidirectional,
                        /*forget_bias=*/1);
    input = shape.hidden * shape.directions();
  }
  return layers;
}

LayerOutput RunLayers(const LstmKernel& kernel,
                      const std::vector<LstmLayer>& layers,
                      const at::Tensor& inputs, const at::Tensor& lengths) {
  LayerOutput output{.outputs = inputs};
  for (const LstmLayer& layer : layers) {
    output = kernel.Run(layer.Gates(), output.outputs, lengths);
  }
  return output;
}

// What torch makes of the texts without their padding.
LayerOutput RunPeer(torch::nn::LSTM& peer, const Shape& shape,
                    const at::Tensor& inputs, const at::Tensor& lengths) {
  const auto packed = torch::nn::utils::rnn::pack_padded_sequence(
      inputs, lengths, /*batch_first=*/true, /*enforce_sorted=*/false);
  const auto [outputs, state] = peer->forward_with_packed_input(packed);
  // [layers * directions, batch, hidden], the last layer at the end.
  const at::Tensor& h = std::get<0>(state);
  const std::int64_t directions = shape.directions();
  return {.outputs = std::get<0>(torch::nn::utils::rnn::pad_packed_sequence(
              outputs, /*batch_first=*/true)),
          .last = h.narrow(0, h.size(0) - directions, directions)
                      .transpose(0, 1)
                      .reshape({shape.batch, directions * shape.hidden})};
}

at::Tensor RandomLengths(const Shape& shape) {
  // The longest fills the batch; the others are anything from 1 on.
  at::Tensor lengths = at::randint(1, shape.time + 1, {shape.batch}, at::kLong);
  lengths[shape.batch / 2] = shape.time;
  return lengths;
}

class LstmParityTest
    : public testing::TestWithParam<std::tuple<NamedKernel, Shape>> {
 protected:
  // One thread: the tensors are too small to share.
  LstmParityTest() { SetTorchThreads(1); }
};

TEST_P(LstmParityTest, OutputsAndGradientsEqualTorchOnRaggedTexts) {
  const auto& [kernel, shape] = GetParam();
  at::manual_seed(7);
  const std::vector<LstmLayer> layers = MakeLayers(shape);
  torch::nn::LSTM peer = MakeTorchLstm(layers);
  const at::Tensor our_inputs =
      at::randn({shape.batch, shape.time, kInput}).requires_grad_();
  const at::Tensor their_inputs = our_inputs.detach().clone().requires_grad_();
  const at::Tensor lengths = RandomLengths(shape);
  const at::Tensor mask =
      (at::arange(shape.time).view({1, -1, 1}) < lengths.view({-1, 1, 1}))
          .to(at::kFloat);

  const LayerOutput ours =
      RunLayers(*kernel.kernel, layers, our_inputs, lengths);
  const LayerOutput theirs = RunPeer(peer, shape, their_inputs, lengths);
  EXPECT_LE(ParityError(ours.outputs * mask, theirs.outputs), kParityTolerance);
  EXPECT_LE(ParityError(ours.last, theirs.last), kParityTolerance);

  // Each number of the result counts, those of `last` in their own way.
  const at::Tensor of_outputs = at::randn_like(theirs.outputs) * mask;
  const at::Tensor of_last = at::randn_like(theirs.last);
  for (const LayerOutput* output : {&ours, &theirs}) {
    ((output->outputs * of_outputs).sum() + (output->last * of_last).sum())
        .backward();
  }
  EXPECT_LE(ParityError(our_inputs.grad(), their_inputs.grad()),
            kParityTolerance);
  auto expected = peer->named_parameters();
  for (const auto& [suffix, cell] : CellsOf(layers)) {
    SCOPED_TRACE(suffix);
    const TorchCell gradients = GradientsOf(*cell);
    EXPECT_LE(
        ParityError(gradients.weight_hh, expected["weight_hh" + suffix].grad()),
        kParityTolerance);
    EXPECT_LE(
        ParityError(gradients.weight_ih, expected["weight_ih" + suffix].grad()),
        kParityTolerance);
    EXPECT_LE(
        ParityError(gradients.bias_ih, expected["bias_ih" + suffix].grad()),
        kParityTolerance);
  }
}

TEST_P(LstmParityTest, LastIsTheOutputAtTheTextsOwnEnds) {
  const auto& [kernel, shape] = GetParam();
  at::manual_seed(8);
  const at::Tensor inputs = at::randn({shape.batch, shape.time, kInput});
  const at::Tensor lengths = RandomLengths(shape);
  const LayerOutput output =
      RunLayers(*kernel.kernel, MakeLayers(shape), inputs, lengths);
  for (std::int64_t row = 0; row < shape.batch; ++row) {
    const std::int64_t end = lengths[row].item<std::int64_t>() - 1;
    const at::Tensor last = output.last[row];
    EXPECT_TRUE(at::equal(last.narrow(0, 0, shape.hidden),
                          output.outputs[row][end].narrow(0, 0, shape.hidden)));
    if (shape.bidirectional) {
      EXPECT_TRUE(at::equal(
          last.narrow(0, shape.hidden, shape.hidden),
          output.outputs[row][0].narrow(0, shape.hidden, shape.hidden)));
    }
  }
}

std::string CaseName(
    const testing::TestParamInfo<std::tuple<NamedKernel, Shape>>& info) {
  const auto& [kernel, shape] = info.param;
  return kernel.name + "_batch" + std::to_string(shape.batch) + "_time" +
         std::to_string(shape.time) + "_hidden" + std::to_string(shape.hidden) +
         "_layers" + std::to_string(shape.layers) +
         (shape.bidirectional ? "_both" : "");
}

INSTANTIATE_TEST_SUITE_P(
    KernelsAndShapes, LstmParityTest,
    testing::Combine(
        testing::ValuesIn(AllKernels()),
        testing::Values(Shape{1, 1, 3, 1, false}, Shape{1, 9, 16, 1, true},
                        Shape{5, 12, 17, 1, false}, Shape{6, 23, 32, 1, true},
                        Shape{4, 11, 16, 3, false}, Shape{5, 13, 12, 2, true})),
    CaseName);

}  // namespace
}  // namespace carousel
