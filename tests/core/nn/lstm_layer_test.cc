// The hand-written LSTM against torch::nn::LSTM with the same weights: outputs
// and gradients, any lengths, either direction; and against finite differences.
#include "core/nn/lstm_layer.h"

#include <gtest/gtest.h>
#include <torch/nn/modules/rnn.h>
#include <torch/nn/utils/rnn.h>

#include <cmath>
#include <tuple>

#include "core/engine/engine.h"
#include "core/nn/sentiment_lstm.h"

namespace carousel {
namespace {

constexpr std::int64_t kInput = 7;

struct Shape {
  std::int64_t batch, time, hidden;
  bool bidirectional;
};

// Copies one of our cells into torch's layout: gates i, f, g, o; weights of x
// and of h apart; our bias in the first of torch's two.
void CopyCell(const LstmCell& cell, const std::string& suffix,
              torch::nn::LSTM& peer) {
  const std::int64_t hidden = cell.W_f.size(0);
  const at::Tensor weight =
      at::cat({cell.W_i, cell.W_f, cell.W_c, cell.W_o}, 0).detach();
  const at::Tensor bias =
      at::cat({cell.b_i, cell.b_f, cell.b_c, cell.b_o}, 0).detach();
  torch::NoGradGuard no_grad;
  auto parameters = peer->named_parameters();
  parameters["weight_hh_l0" + suffix].copy_(weight.narrow(1, 0, hidden));
  parameters["weight_ih_l0" + suffix].copy_(
      weight.narrow(1, hidden, weight.size(1) - hidden));
  parameters["bias_ih_l0" + suffix].copy_(bias);
  parameters["bias_hh_l0" + suffix].zero_();
}

torch::nn::LSTM MakePeer(const LstmLayer& layer) {
  torch::nn::LSTM peer(torch::nn::LSTMOptions(kInput, layer.forward.W_f.size(0))
                           .batch_first(true)
                           .bidirectional(layer.backward.has_value()));
  CopyCell(layer.forward, "", peer);
  if (layer.backward.has_value()) CopyCell(*layer.backward, "_reverse", peer);
  return peer;
}

// The gradient of our cell's parameters in torch's layout.
at::Tensor RecurrentGradient(const LstmCell& cell) {
  return at::cat({cell.W_i.grad(), cell.W_f.grad(), cell.W_c.grad(),
                  cell.W_o.grad()},
                 0)
      .narrow(1, 0, cell.W_f.size(0));
}

at::Tensor BiasGradient(const LstmCell& cell) {
  return at::cat(
      {cell.b_i.grad(), cell.b_f.grad(), cell.b_c.grad(), cell.b_o.grad()}, 0);
}

at::Tensor Lengths(std::int64_t batch, std::int64_t time) {
  // The longest fills the batch; the others are anything from 1 on.
  at::Tensor lengths = at::randint(1, time + 1, {batch}, at::kLong);
  lengths[batch / 2] = time;
  return lengths;
}

// What torch makes of the texts without their padding.
at::Tensor RunPacked(torch::nn::LSTM& peer, const at::Tensor& inputs,
                     const at::Tensor& lengths) {
  const auto packed = torch::nn::utils::rnn::pack_padded_sequence(
      inputs, lengths, /*batch_first=*/true, /*enforce_sorted=*/false);
  const auto output = std::get<0>(peer->forward_with_packed_input(packed));
  return std::get<0>(
      torch::nn::utils::rnn::pad_packed_sequence(output, /*batch_first=*/true));
}

at::Tensor TextMask(const at::Tensor& lengths, std::int64_t time) {
  return (at::arange(time, at::kLong).unsqueeze(0) < lengths.unsqueeze(1))
      .unsqueeze(2)
      .to(at::kFloat);
}

class LstmParityTest
    : public testing::TestWithParam<std::tuple<Engine, Shape>> {};

TEST_P(LstmParityTest, OutputsAndGradientsEqualTorchOnRaggedTexts) {
  const auto& [engine, shape] = GetParam();
  at::manual_seed(7);
  LstmLayer layer(kInput, shape.hidden, shape.bidirectional, 1);
  torch::nn::LSTM peer = MakePeer(layer);
  const at::Tensor values = at::randn({shape.batch, shape.time, kInput});
  const at::Tensor ours_in = values.clone().requires_grad_();
  const at::Tensor theirs_in = values.clone().requires_grad_();
  const at::Tensor lengths = Lengths(shape.batch, shape.time);
  const at::Tensor mask = TextMask(lengths, shape.time);
  const std::int64_t width = shape.hidden * (shape.bidirectional ? 2 : 1);
  const at::Tensor seed_gradient =
      at::randn({shape.batch, shape.time, width}) * mask;

  const at::Tensor ours =
      GetKernel(engine).Run(layer.Gates(), ours_in, lengths).outputs;
  const at::Tensor theirs = RunPacked(peer, theirs_in, lengths);
  EXPECT_LE(ParityError(ours * mask, theirs), kParityTolerance);

  (ours * seed_gradient).sum().backward();
  (theirs * seed_gradient).sum().backward();
  auto expected = peer->named_parameters();
  EXPECT_LE(ParityError(ours_in.grad(), theirs_in.grad()), kParityTolerance);
  EXPECT_LE(ParityError(RecurrentGradient(layer.forward),
                        expected["weight_hh_l0"].grad()),
            kParityTolerance);
  EXPECT_LE(
      ParityError(BiasGradient(layer.forward), expected["bias_ih_l0"].grad()),
      kParityTolerance);
  if (shape.bidirectional) {
    EXPECT_LE(ParityError(RecurrentGradient(*layer.backward),
                          expected["weight_hh_l0_reverse"].grad()),
              kParityTolerance);
  }
}

TEST_P(LstmParityTest, LastIsTheOutputAtTheTextsOwnEnds) {
  const auto& [engine, shape] = GetParam();
  at::manual_seed(8);
  LstmLayer layer(kInput, shape.hidden, shape.bidirectional, 1);
  const at::Tensor inputs = at::randn({shape.batch, shape.time, kInput});
  const at::Tensor lengths = Lengths(shape.batch, shape.time);
  const LayerOutput output =
      GetKernel(engine).Run(layer.Gates(), inputs, lengths);
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

std::string ParityCaseName(
    const testing::TestParamInfo<std::tuple<Engine, Shape>>& info) {
  const auto& [engine, shape] = info.param;
  return std::string(ToString(engine)) + "_batch" +
         std::to_string(shape.batch) + "_time" + std::to_string(shape.time) +
         "_hidden" + std::to_string(shape.hidden) +
         (shape.bidirectional ? "_both" : "");
}

INSTANTIATE_TEST_SUITE_P(
    EnginesAndShapes, LstmParityTest,
    testing::Combine(testing::Values(Engine::kReference, Engine::kLibtorch),
                     testing::Values(Shape{1, 1, 3, false},
                                     Shape{1, 9, 16, true},
                                     Shape{5, 12, 17, false},
                                     Shape{6, 23, 32, true})),
    ParityCaseName);

// The textbook formula with plain numbers.
TEST(LstmCellTest, StepFollowsTheEquations) {
  const auto scalar = [](double value) {
    return at::full({1, 1}, value, at::kDouble);
  };
  StackedGates gates;
  gates.weight =
      at::tensor({0.5, -0.25, 1.0, 0.75, -0.5, 2.0, 0.1, 0.2}, at::kDouble)
          .view({4, 2});
  gates.bias = at::tensor({1.0, 0.0, -0.5, 0.25}, at::kDouble);
  const double h = 0.3, c = -0.7, x = 1.5;
  const auto sigmoid = [](double z) { return 1 / (1 + std::exp(-z)); };
  const double f = sigmoid(0.5 * h - 0.25 * x + 1.0);
  const double i = sigmoid(1.0 * h + 0.75 * x);
  const double candidate = std::tanh(-0.5 * h + 2.0 * x - 0.5);
  const double o = sigmoid(0.1 * h + 0.2 * x + 0.25);
  const double expected_c = f * c + i * candidate;

  const LstmState next =
      LstmCell::Step(gates, scalar(x), {scalar(h), scalar(c)});
  EXPECT_NEAR(next.c.item<double>(), expected_c, 1e-6);
  EXPECT_NEAR(next.h.item<double>(), o * std::tanh(expected_c), 1e-6);
}

TEST(LstmCellTest, BeginsWithTheForgetBiasAndOrthogonalRecurrentWeights) {
  at::manual_seed(1);
  const LstmCell cell(5, 8, /*forget_bias=*/1.5);
  EXPECT_TRUE(at::all(cell.b_f == 1.5).item<bool>());
  EXPECT_TRUE(at::all(cell.b_i == 0).item<bool>());
  const at::Tensor recurrent = cell.W_o.detach().narrow(1, 0, 8);
  EXPECT_LE(ParityError(at::mm(recurrent, recurrent.t()), at::eye(8)), 1e-5);
}

// In double precision the analytic gradient agrees with (L(w+e)-L(w-e))/2e.
TEST(LstmLayerTest, GradientsAgreeWithFiniteDifferences) {
  at::manual_seed(3);
  const LstmLayer layer(3, 4, true, 1);
  LayerGates gates = layer.Gates();
  gates.forward.weight = gates.forward.weight.detach().to(at::kDouble);
  gates.forward.bias = gates.forward.bias.detach().to(at::kDouble);
  gates.backward->weight = gates.backward->weight.detach().to(at::kDouble);
  gates.backward->bias = gates.backward->bias.detach().to(at::kDouble);
  gates.backward->weight.requires_grad_();
  const at::Tensor inputs = at::randn({2, 5, 3}, at::kDouble);
  const at::Tensor lengths = at::tensor({5, 3}, at::kLong);
  const at::Tensor mask = TextMask(lengths, 5).to(at::kDouble);
  const auto loss = [&] {
    const auto output = ReferenceKernel().Run(gates, inputs, lengths);
    return (output.outputs.pow(2) * mask).sum() + output.last.sum();
  };
  loss().backward();
  const at::Tensor analytic = gates.backward->weight.grad();
  constexpr double kStep = 1e-6;
  gates.backward->weight.requires_grad_(false);
  for (std::int64_t row = 0; row < analytic.size(0); row += 3) {
    for (std::int64_t column = 0; column < analytic.size(1); ++column) {
      const at::Tensor entry = gates.backward->weight[row][column];
      entry.add_(kStep);
      const double up = loss().item<double>();
      entry.sub_(2 * kStep);
      const double down = loss().item<double>();
      entry.add_(kStep);
      EXPECT_NEAR((up - down) / (2 * kStep),
                  analytic[row][column].item<double>(), 1e-6);
    }
  }
}

TEST(LstmLayerTest, WeightDropZeroesItsShareOfRecurrentWeightsOnly) {
  at::manual_seed(4);
  const LstmLayer layer(6, 32, false, 1);
  const StackedGates whole = layer.Gates().forward;
  const StackedGates dropped = layer.Gates(0.25).forward;
  const at::Tensor recurrent = dropped.weight.narrow(1, 0, 32);
  const double zeros = (recurrent == 0).to(at::kFloat).mean().item<double>();
  EXPECT_NEAR(zeros, 0.25, 0.03);
  const at::Tensor kept = recurrent != 0;
  EXPECT_LE(ParityError(recurrent.masked_select(kept) * 0.75,
                        whole.weight.narrow(1, 0, 32).masked_select(kept)),
            1e-6);
  EXPECT_TRUE(at::equal(dropped.weight.narrow(1, 32, 6),
                        whole.weight.narrow(1, 32, 6)));
}

TEST(ReverseWithinLengthTest, TurnsEachTextRoundAndLeavesItsPadding) {
  const at::Tensor sequence =
      at::tensor({1, 2, 3, 4, 5, 6, 7, 8}, at::kLong).view({2, 4, 1});
  const at::Tensor lengths = at::tensor({4, 2}, at::kLong);
  const at::Tensor reversed = ReverseWithinLength(sequence, lengths);
  EXPECT_TRUE(
      at::equal(reversed.view({2, 4}),
                at::tensor({4, 3, 2, 1, 6, 5, 7, 8}, at::kLong).view({2, 4})));
  EXPECT_TRUE(at::equal(ReverseWithinLength(reversed, lengths), sequence));
}

}  // namespace
}  // namespace carousel
