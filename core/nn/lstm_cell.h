// One step of a long short-term memory (Hochreiter & Schmidhuber 1997, with the
// forget gate of Gers et al. 2000). Start reading here; then lstm_layer.h, then
// sentiment_lstm.h.
//
// With x the input of this step, h and c the state after the last one, and
// [h, x] the two side by side:
//
//   f  = sigmoid(W_f [h, x] + b_f)    how much of the old cell state to keep
//   i  = sigmoid(W_i [h, x] + b_i)    how much of the new candidate to let in
//   c~ = tanh   (W_c [h, x] + b_c)    the candidate
//   o  = sigmoid(W_o [h, x] + b_o)    how much of the cell to show
//   c' = f * c + i * c~               the constant error carousel: where f is
//                                     near 1, gradients pass through unchanged
//   h' = o * tanh(c')
#ifndef CAROUSEL_CORE_NN_LSTM_CELL_H_
#define CAROUSEL_CORE_NN_LSTM_CELL_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <string>
#include <vector>

namespace carousel {

// A parameter and its name in model.safetensors.
struct NamedParameter {
  std::string name;
  at::Tensor tensor;
};

struct LstmState {
  at::Tensor h;  // [batch, hidden]
  at::Tensor c;  // [batch, hidden]

  static LstmState Zeros(std::int64_t batch, std::int64_t hidden,
                         const at::TensorOptions& options);
};

// The four maps stacked in the order f, i, c, o, so that one matrix product
// does the work of four. Made once a sequence.
struct StackedGates {
  at::Tensor weight;  // [4 * hidden, hidden + input]; columns are [h, x]
  at::Tensor bias;    // [4 * hidden]
  std::int64_t hidden_size() const { return weight.size(0) / 4; }
  std::int64_t input_size() const { return weight.size(1) - hidden_size(); }
};

// Owns the parameters of a cell. Not thread-safe while they change.
class LstmCell {
 public:
  // Weights of x by Glorot & Bengio 2010 (uniform), weights of h orthogonal
  // (Saxe et al. 2014), biases 0 but b_f = `forget_bias` (Jozefowicz et al.
  // 2015 use 1: at 0 half of the memory is lost each step). Draws from torch's
  // default generator.
  LstmCell(std::int64_t input_size, std::int64_t hidden_size,
           double forget_bias);

  // The stacked maps. `recurrent_mask`, [4 * hidden, hidden], multiplies the
  // weights of h when it is defined (weight drop).
  StackedGates Stack(const at::Tensor& recurrent_mask = {}) const;

  // One step: x is [batch, input], the result [batch, hidden] each.
  static LstmState Step(const StackedGates& gates, const at::Tensor& x,
                        const LstmState& state);

  // W_f, b_f, W_i, b_i, W_c, b_c, W_o, b_o under `prefix`.
  std::vector<NamedParameter> parameters(const std::string& prefix) const;

  at::Tensor W_f, W_i, W_c, W_o;  // [hidden, hidden + input]
  at::Tensor b_f, b_i, b_c, b_o;  // [hidden]
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_NN_LSTM_CELL_H_
