#include "core/nn/lstm_layer.h"

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <cmath>

#include "core/nn/sentiment_lstm.h"

namespace carousel {
namespace {

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
