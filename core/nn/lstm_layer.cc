#include "core/nn/lstm_layer.h"

#include <ATen/ATen.h>

#include "core/nn/device_copy.h"
#include "core/nn/pooling.h"

namespace carousel {
namespace {

// The loop over time.
at::Tensor RunReferenceDirection(const StackedGates& gates,
                                 const at::Tensor& inputs) {
  LstmState state =
      LstmState::Zeros(inputs.size(0), gates.hidden_size(), inputs.options());
  std::vector<at::Tensor> outputs;
  outputs.reserve(inputs.size(1));
  for (const at::Tensor& x : inputs.unbind(1)) {
    state = LstmCell::Step(gates, x, state);
    outputs.push_back(state.h);
  }
  return at::stack(outputs, 1);
}

// The row of each text's own last token, [batch, time, n] to [batch, n].
at::Tensor AtLastToken(const at::Tensor& sequence, const at::Tensor& lengths) {
  const at::Tensor rows = at::arange(sequence.size(0), lengths.options());
  return sequence.index({CopyToDevice(rows, sequence.device()),
                         CopyToDevice(lengths - 1, sequence.device())});
}

at::Tensor WeightDropMask(std::int64_t hidden, double share,
                          const at::TensorOptions& options) {
  return at::empty({4 * hidden, hidden}, options)
      .bernoulli_(1 - share)
      .div_(1 - share);
}

StackedGates StackWithDrop(const LstmCell& cell, double weight_drop) {
  if (weight_drop == 0) return cell.Stack();
  return cell.Stack(WeightDropMask(cell.W_f.size(0), weight_drop,
                                   cell.W_f.options().requires_grad(false)));
}

}  // namespace

at::Tensor ReverseWithinLength(const at::Tensor& sequence,
                               const at::Tensor& lengths) {
  const std::int64_t batch = sequence.size(0);
  const std::int64_t time = sequence.size(1);
  const at::Tensor t = at::arange(time, lengths.options()).unsqueeze(0);
  const at::Tensor length = lengths.unsqueeze(1);
  const at::Tensor source = at::where(t < length, length - 1 - t, t);
  const at::Tensor row_start =
      (at::arange(batch, lengths.options()) * time).unsqueeze(1);
  const at::Tensor flat =
      CopyToDevice((source + row_start).reshape({-1}), sequence.device());
  return sequence.reshape({batch * time, -1})
      .index_select(0, flat)
      .view(sequence.sizes());
}

LayerOutput RunLayer(DirectionFunction run_direction, const LayerGates& gates,
                     const at::Tensor& inputs, const at::Tensor& lengths) {
  const at::Tensor forward = run_direction(gates.forward, inputs);
  const at::Tensor forward_last = AtLastToken(forward, lengths);
  if (!gates.backward.has_value()) return {forward, forward_last};
  const at::Tensor backward =
      run_direction(*gates.backward, ReverseWithinLength(inputs, lengths));
  return {at::cat({forward, ReverseWithinLength(backward, lengths)}, 2),
          at::cat({forward_last, AtLastToken(backward, lengths)}, 1)};
}

at::Tensor LstmKernel::RunPooled(const LayerGates& gates,
                                 const LayerInputs& inputs,
                                 const at::Tensor& lengths,
                                 Pooling pooling) const {
  return PoolOutputs(Run(gates, inputs, lengths), lengths, pooling);
}

LayerOutput ReferenceKernel::Run(const LayerGates& gates,
                                 const LayerInputs& inputs,
                                 const at::Tensor& lengths) const {
  return RunLayer(RunReferenceDirection, gates, inputs.LayOut(), lengths);
}

LstmLayer::LstmLayer(std::int64_t input_size, std::int64_t hidden_size,
                     bool bidirectional, double forget_bias)
    : forward(input_size, hidden_size, forget_bias) {
  if (bidirectional) backward.emplace(input_size, hidden_size, forget_bias);
}

LayerGates LstmLayer::Gates(double weight_drop) const {
  LayerGates gates{.forward = StackWithDrop(forward, weight_drop)};
  if (backward.has_value()) {
    gates.backward = StackWithDrop(*backward, weight_drop);
  }
  return gates;
}

std::vector<NamedParameter> LstmLayer::parameters(
    const std::string& prefix) const {
  std::vector<NamedParameter> all = forward.parameters(prefix + "forward.");
  if (backward.has_value()) {
    for (NamedParameter& parameter :
         backward->parameters(prefix + "backward.")) {
      all.push_back(std::move(parameter));
    }
  }
  return all;
}

}  // namespace carousel
