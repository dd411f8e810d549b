// torch::nn::LSTM with the weights of ours: what we are held against.
#ifndef CAROUSEL_TESTS_SUPPORT_TORCH_LSTM_H_
#define CAROUSEL_TESTS_SUPPORT_TORCH_LSTM_H_

#include <torch/nn/modules/rnn.h>

#include <string>
#include <utility>
#include <vector>

#include "core/nn/lstm_layer.h"

namespace carousel {

// A cell's numbers in torch's layout: gates as i, f, g, o, weights of x and of
// h apart, our bias as the first of torch's two.
struct TorchCell {
  at::Tensor weight_hh, weight_ih, bias_ih;
};
TorchCell ValuesOf(const LstmCell& cell);
TorchCell GradientsOf(const LstmCell& cell);

// Each cell with the end of its parameters' names in torch, "_l1_reverse".
std::vector<std::pair<std::string, const LstmCell*>> CellsOf(
    const std::vector<LstmLayer>& layers);

// Batch first.
torch::nn::LSTM MakeTorchLstm(const std::vector<LstmLayer>& layers);

}  // namespace carousel

#endif  // CAROUSEL_TESTS_SUPPORT_TORCH_LSTM_H_
