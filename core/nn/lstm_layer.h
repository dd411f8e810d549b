// A layer of LSTM cells: the loop over time, one direction or both.
#ifndef CAROUSEL_CORE_NN_LSTM_LAYER_H_
#define CAROUSEL_CORE_NN_LSTM_LAYER_H_

#include <ATen/core/Tensor.h>

#include <optional>
#include <string>
#include <vector>

#include "core/nn/layer_inputs.h"
#include "core/nn/lstm_cell.h"
#include "core/nn/model_config.h"

namespace carousel {

// The gates of a layer, ready for one pass over a batch.
struct LayerGates {
  StackedGates forward;
  std::optional<StackedGates> backward;  // when the layer is bidirectional
};

struct LayerOutput {
  // [batch, time, directions * hidden], forward first. What stands past a
  // text's length means nothing.
  at::Tensor outputs;
  // The output of each direction when it has read the whole text: forward at
  // the text's own last token, backward at its first. [batch, directions *
  // hidden].
  at::Tensor last;
};

// Runs a layer over a padded batch; an engine is another way to do the same.
// Thread-safe.
class LstmKernel {
 public:
  virtual ~LstmKernel() = default;
  // `lengths` is [batch] (int64, on the CPU, each from 1 to time). What stands
  // past a text's length never reaches an answer or a gradient. Differentiable
  // in `inputs` and `gates`.
  virtual LayerOutput Run(const LayerGates& gates, const LayerInputs& inputs,
                          const at::Tensor& lengths) const = 0;
  // The same of the last layer, as PoolOutputs (pooling.h) pools it, [batch,
  // pooled]: an engine may never lay the outputs out.
  virtual at::Tensor RunPooled(const LayerGates& gates,
                               const LayerInputs& inputs,
                               const at::Tensor& lengths,
                               Pooling pooling) const;
};

// One direction over a batch whose texts begin at column 0: [batch, time,
// input] to [batch, time, hidden].
using DirectionFunction = at::Tensor (*)(const StackedGates& gates,
                                         const at::Tensor& inputs);

// A whole layer out of one direction: the backward one reads each text turned
// round within its own length, so that it starts at the text's last token and
// not in the padding.
LayerOutput RunLayer(DirectionFunction run_direction, const LayerGates& gates,
                     const at::Tensor& inputs, const at::Tensor& lengths);

// The reference: LstmCell::Step in a loop, as the textbook has it.
class ReferenceKernel final : public LstmKernel {
 public:
  LayerOutput Run(const LayerGates& gates, const LayerInputs& inputs,
                  const at::Tensor& lengths) const override;
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
