#include "core/engine/libtorch_kernel.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

namespace carousel {
namespace {

at::Tensor RunLibtorchDirection(const StackedGates& gates,
                                const at::Tensor& inputs) {
  const std::int64_t hidden = gates.hidden_size();
  const at::Tensor weight = ReorderGates(gates.weight);
  const at::Tensor bias = ReorderGates(gates.bias);
  const at::Tensor weight_h = weight.narrow(1, 0, hidden).contiguous();
  const at::Tensor weight_x =
      weight.narrow(1, hidden, gates.input_size()).contiguous();
  const at::Tensor zeros =
      at::zeros({1, inputs.size(0), hidden}, inputs.options());
  return std::get<0>(at::lstm(
      inputs, {zeros, zeros}, {weight_x, weight_h, bias, at::zeros_like(bias)},
      /*has_biases=*/true, /*num_layers=*/1, /*dropout=*/0,
      /*train=*/c10::GradMode::is_enabled(), /*bidirectional=*/false,
      /*batch_first=*/true));
}

}  // namespace

at::Tensor ReorderGates(const at::Tensor& stacked) {
  const auto gates = stacked.chunk(4, 0);
  return at::cat({gates[1], gates[0], gates[2], gates[3]}, 0);
}

LayerOutput LibtorchKernel::Run(const LayerGates& gates,
                                const LayerInputs& inputs,
                                const at::Tensor& lengths) const {
  return RunLayer(RunLibtorchDirection, gates, inputs.LayOut(), lengths);
}

}  // namespace carousel
