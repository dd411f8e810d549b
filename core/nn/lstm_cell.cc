#include "core/nn/lstm_cell.h"

#include <ATen/ATen.h>

#include <cmath>

namespace carousel {
namespace {

// Uniform in +-sqrt(6 / (fan_in + fan_out)).
at::Tensor GlorotUniform(std::int64_t rows, std::int64_t columns) {
  const double bound = std::sqrt(6.0 / static_cast<double>(rows + columns));
  return at::empty({rows, columns}).uniform_(-bound, bound);
}

// A random rotation: the Q of a Gaussian matrix, with the signs of R's diagonal
// moved into it, which makes it uniform over all orthogonal matrices.
at::Tensor Orthogonal(std::int64_t size) {
  const auto [q, r] = at::linalg_qr(at::empty({size, size}).normal_());
  return q * at::sign(r.diagonal());
}

at::Tensor GateWeight(std::int64_t input_size, std::int64_t hidden_size) {
  return at::cat(
             {Orthogonal(hidden_size), GlorotUniform(hidden_size, input_size)},
             1)
      .requires_grad_();
}

at::Tensor GateBias(std::int64_t hidden_size, double value) {
  return at::full({hidden_size}, value).requires_grad_();
}

}  // namespace

LstmState LstmState::Zeros(std::int64_t batch, std::int64_t hidden,
                           const at::TensorOptions& options) {
  return {at::zeros({batch, hidden}, options),
          at::zeros({batch, hidden}, options)};
}

LstmCell::LstmCell(std::int64_t input_size, std::int64_t hidden_size,
                   double forget_bias)
    : W_f(GateWeight(input_size, hidden_size)),
      W_i(GateWeight(input_size, hidden_size)),
      W_c(GateWeight(input_size, hidden_size)),
      W_o(GateWeight(input_size, hidden_size)),
      b_f(GateBias(hidden_size, forget_bias)),
      b_i(GateBias(hidden_size, 0)),
      b_c(GateBias(hidden_size, 0)),
      b_o(GateBias(hidden_size, 0)) {}

StackedGates LstmCell::Stack(const at::Tensor& recurrent_mask) const {
  at::Tensor weight = at::cat({W_f, W_i, W_c, W_o}, 0);
  if (recurrent_mask.defined()) {
    const std::int64_t hidden = W_f.size(0);
    weight = at::cat({weight.narrow(1, 0, hidden) * recurrent_mask,
                      weight.narrow(1, hidden, weight.size(1) - hidden)},
                     1);
  }
  return {weight, at::cat({b_f, b_i, b_c, b_o}, 0)};
}

LstmState LstmCell::Step(const StackedGates& gates, const at::Tensor& x,
                         const LstmState& state) {
  const at::Tensor hx = at::cat({state.h, x}, 1);
  const auto maps = at::linear(hx, gates.weight, gates.bias).chunk(4, 1);
  const at::Tensor f = at::sigmoid(maps[0]);
  const at::Tensor i = at::sigmoid(maps[1]);
  const at::Tensor candidate = at::tanh(maps[2]);
  const at::Tensor o = at::sigmoid(maps[3]);
  const at::Tensor c = f * state.c + i * candidate;
  return {o * at::tanh(c), c};
}

std::vector<NamedParameter> LstmCell::parameters(
    const std::string& prefix) const {
  return {{prefix + "W_f", W_f}, {prefix + "b_f", b_f}, {prefix + "W_i", W_i},
          {prefix + "b_i", b_i}, {prefix + "W_c", W_c}, {prefix + "b_c", b_c},
          {prefix + "W_o", W_o}, {prefix + "b_o", b_o}};
}

}  // namespace carousel
