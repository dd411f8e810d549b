#include "tests/support/torch_lstm.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

namespace carousel {
namespace {

// Our gates in torch's order, i, f, g, o.
at::Tensor TorchOrder(const at::Tensor& f, const at::Tensor& i,
                      const at::Tensor& c, const at::Tensor& o) {
  return at::cat({i, f, c, o}, 0).detach();
}

TorchCell Split(const at::Tensor& weight, const at::Tensor& bias) {
  const std::int64_t hidden = weight.size(0) / 4;
  return {.weight_hh = weight.narrow(1, 0, hidden),
          .weight_ih = weight.narrow(1, hidden, weight.size(1) - hidden),
          .bias_ih = bias};
}

}  // namespace

TorchCell ValuesOf(const LstmCell& cell) {
  return Split(TorchOrder(cell.W_f, cell.W_i, cell.W_c, cell.W_o),
               TorchOrder(cell.b_f, cell.b_i, cell.b_c, cell.b_o));
}

TorchCell GradientsOf(const LstmCell& cell) {
  return Split(TorchOrder(cell.W_f.grad(), cell.W_i.grad(), cell.W_c.grad(),
                          cell.W_o.grad()),
               TorchOrder(cell.b_f.grad(), cell.b_i.grad(), cell.b_c.grad(),
                          cell.b_o.grad()));
}

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

torch::nn::LSTM MakeTorchLstm(const std::vector<LstmLayer>& layers) {
  const LstmLayer& first = layers.front();
  const TorchCell sizes = ValuesOf(first.forward);
  torch::nn::LSTM lstm(
      torch::nn::LSTMOptions(sizes.weight_ih.size(1), sizes.weight_hh.size(1))
          .num_layers(static_cast<std::int64_t>(layers.size()))
          .batch_first(true)
          .bidirectional(first.backward.has_value()));
  const c10::NoGradGuard no_gradients;
  auto parameters = lstm->named_parameters();
  for (const auto& [suffix, cell] : CellsOf(layers)) {
    const TorchCell values = ValuesOf(*cell);
    parameters["weight_hh" + suffix].copy_(values.weight_hh);
    parameters["weight_ih" + suffix].copy_(values.weight_ih);
    parameters["bias_ih" + suffix].copy_(values.bias_ih);
    parameters["bias_hh" + suffix].zero_();
  }
  return lstm;
}

}  // namespace carousel
