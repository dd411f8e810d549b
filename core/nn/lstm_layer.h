// A layer of LSTM cells: the loop over time, one direction or both.
#ifndef CAROUSEL_CORE_NN_LSTM_LAYER_H_
#define CAROUSEL_CORE_NN_LSTM_LAYER_H_

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <vector>

#include "core/nn/lstm_cell.h"

namespace carousel {

// The gates of a layer, ready for one pass over a batch.
struct LayerGates {
  StackedGates forward;
  std::optional<StackedGates> backward;  // when the layer is bidirectional
};

struct LayerOutput {
  at::Tensor outputs;  // [batch, time, directions * hidden]; forward first.
                       // Rows past a text's length mean nothing.
  // The state after each text's own last token (forward) and first token
  // (backward), [batch, directions * hidden].
  at::Tensor last_h;
  at::Tensor last_c;
};

// Runs a layer over a padded batch; an engine is another way to do the same.
// Thread-safe.
class LstmKernel {
 public:
  virtual ~LstmKernel() = default;
  // `inputs` is [batch, time, input], `lengths` [batch] (int64, on the CPU,
  // each from 1 to time). What stands past a text's length never reaches an
  // answer or a gradient. Differentiable in `inputs` and `gates`. `initial`,
  // when given, holds [batch, directions * hidden].
  virtual LayerOutput Run(const LayerGates& gates, const at::Tensor& inputs,
                          const at::Tensor& lengths,
                          const LstmState* initial) const = 0;
};

// The reference: LstmCell::Step in a loop, as the textbook has it.
class ReferenceKernel final : public LstmKernel {
 public:
  LayerOutput Run(const LayerGates& gates, const at::Tensor& inputs,
                  const at::Tensor& lengths,
                  const LstmState* initial) const override;
};

// Turns each text round within its own length, [batch, time, ...]; what is
// past the length stays where it is. Its own inverse.
at::Tensor ReverseWithinLength(const at::Tensor& sequence,
                               const at::Tensor& lengths);

class LstmLayer {
 public:
  LstmLayer(std::int64_t input_size, std::int64_t hidden_size,
            bool bidirectional, double forget_bias);

  // `weight_drop` is the share of the weights of h that are zeroed for this
  // pass (Merity et al. 2018), the rest scaled up; 0 changes nothing.
  LayerGates Gates(double weight_drop = 0) const;

  std::vector<NamedParameter> parameters(const std::string& prefix) const;

  LstmCell forward;
  std::optional<LstmCell> backward;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_NN_LSTM_LAYER_H_
