// The hand-written LSTM, on either engine, against torch::nn::LSTM with the
// same weights: outputs and gradients, any lengths, any directions and layers.
#include <torch/nn/modules/rnn.h>
#include <torch/nn/utils/rnn.h>

#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "core/engine/engine.h"
#include "core/nn/lstm_layer.h"
#include "core/nn/sentiment_lstm.h"
#include "gtest/gtest.h"

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

LayerOutput RunLayers(Engine engine, const std::vector<LstmLayer>& layers,
                      const at::Tensor& inputs, const at::Tensor& lengths) {
  LayerOutput output{.outputs = inputs};
  for (const LstmLayer& layer : layers) {
    output = GetKernel(engine).Run(layer.Gates(), output.outputs, lengths);
  }
  return output;
}

// Our gates in torch's order, i, f, g, o.
at::Tensor TorchOrder(const at::Tensor& f, const at::Tensor& i,
                      const at::Tensor& c, const at::Tensor& o) {
  return at::cat({i, f, c, o}, 0).detach();
}

// A cell's numbers in torch's layout: weights of x and of h apart, our bias as
// the first of torch's two.
struct TorchCell {
  TorchCell(const at::Tensor& weight, const at::Tensor& bias)
      : weight_hh(weight.narrow(1, 0, weight.size(0) / 4)),
        weight_ih(weight.narrow(1, weight.size(0) / 4,
                                weight.size(1) - weight.size(0) / 4)),
        bias_ih(bias) {}

  at::Tensor weight_hh, weight_ih, bias_ih;
};

TorchCell Values(const LstmCell& cell) {
  return {TorchOrder(cell.W_f, cell.W_i, cell.W_c, cell.W_o),
          TorchOrder(cell.b_f, cell.b_i, cell.b_c, cell.b_o)};
}

TorchCell Gradients(const LstmCell& cell) {
  return {TorchOrder(cell.W_f.grad(), cell.W_i.grad(), cell.W_c.grad(),
                     cell.W_o.grad()),
          TorchOrder(cell.b_f.grad(), cell.b_i.grad(), cell.b_c.grad(),
                     cell.b_o.grad())};
}

// Each cell with the end of its parameters' names in torch, "_l1_reverse".
std::vector<std::pair<std::string, const LstmCell*>> CellsOf(
    const std::vector<LstmLayer>& layers) {
  std::vector<std::pair<std::string, const LstmCell*>> cells;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const std::string suffix = "_l" + std::to_string(i);
    cells.emplace_back(suffix, &layers[i].forward);
    if (!layers[i].backward.has_value()) continue;
    cells.emplace_back(suffix + "_reverse", &*layers[i].backward);
  }
  return cells;
}

torch::nn::LSTM MakePeer(const Shape& shape,
                         const std::vector<LstmLayer>& layers) {
  torch::nn::LSTM peer(torch::nn::LSTMOptions(kInput, shape.hidden)
                           .num_layers(shape.layers)
                           .batch_first(true)
                           .bidirectional(shape.bidirectional));
  const torch::NoGradGuard no_grad;
  auto parameters = peer->named_parameters();
  for (const auto& [suffix, cell] : CellsOf(layers)) {
    const TorchCell values = Values(*cell);
    parameters["weight_hh" + suffix].copy_(values.weight_hh);
    parameters["weight_ih" + suffix].copy_(values.weight_ih);
    parameters["bias_ih" + suffix].copy_(values.bias_ih);
    parameters["bias_hh" + suffix].zero_();
  }
  return peer;
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
    : public testing::TestWithParam<std::tuple<Engine, Shape>> {
 protected:
  // One thread: the tensors are too small to share.
  LstmParityTest() { SetTorchThreads(1); }
};

TEST_P(LstmParityTest, OutputsAndGradientsEqualTorchOnRaggedTexts) {
  const auto& [engine, shape] = GetParam();
  at::manual_seed(7);
  const std::vector<LstmLayer> layers = MakeLayers(shape);
  torch::nn::LSTM peer = MakePeer(shape, layers);
  const at::Tensor our_inputs =
      at::randn({shape.batch, shape.time, kInput}).requires_grad_();
  const at::Tensor their_inputs = our_inputs.detach().clone().requires_grad_();
  const at::Tensor lengths = RandomLengths(shape);
  const at::Tensor mask =
      (at::arange(shape.time).view({1, -1, 1}) < lengths.view({-1, 1, 1}))
          .to(at::kFloat);

  const LayerOutput ours = RunLayers(engine, layers, our_inputs, lengths);
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
    const TorchCell gradients = Gradients(*cell);
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
  const auto& [engine, shape] = GetParam();
  at::manual_seed(8);
  const at::Tensor inputs = at::randn({shape.batch, shape.time, kInput});
  const at::Tensor lengths = RandomLengths(shape);
  const LayerOutput output =
      RunLayers(engine, MakeLayers(shape), inputs, lengths);
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
    const testing::TestParamInfo<std::tuple<Engine, Shape>>& info) {
  const auto& [engine, shape] = info.param;
  return std::string(ToString(engine)) + "_batch" +
         std::to_string(shape.batch) + "_time" + std::to_string(shape.time) +
         "_hidden" + std::to_string(shape.hidden) + "_layers" +
         std::to_string(shape.layers) + (shape.bidirectional ? "_both" : "");
}

INSTANTIATE_TEST_SUITE_P(
    EnginesAndShapes, LstmParityTest,
    testing::Combine(
        testing::Values(Engine::kReference, Engine::kLibtorch, Engine::kFused),
        testing::Values(Shape{1, 1, 3, 1, false}, Shape{1, 9, 16, 1, true},
                        Shape{5, 12, 17, 1, false}, Shape{6, 23, 32, 1, true},
                        Shape{4, 11, 16, 3, false}, Shape{5, 13, 12, 2, true})),
    CaseName);

}  // namespace
}  // namespace carousel
