#include "core/nn/streaming_lstm.h"

#include <ATen/ATen.h>

#include <limits>

#include "core/nn/device_copy.h"

namespace carousel {

StreamingLstm::StreamingLstm(const SentimentLstm& model)
    : pooling_(model.config().pooling),
      embedding_(model.embedding().detach()),
      head_weight_(model.head_weight().detach()),
      head_bias_(model.head_bias().detach()) {
  for (const LstmLayer& layer : model.layers()) {
    const StackedGates gates = layer.Gates().forward;
    layers_.push_back({gates.weight.detach(), gates.bias.detach()});
  }
}

StreamState StreamingLstm::Begin() const {
  StreamState state;
  const at::TensorOptions options = embedding_.options();
  for (const StackedGates& gates : layers_) {
    state.layers.push_back(LstmState::Zeros(1, gates.hidden_size(), options));
  }
  const std::int64_t hidden = layers_.back().hidden_size();
  state.max =
      at::full({1, hidden}, -std::numeric_limits<double>::infinity(), options);
  state.sum = at::zeros({1, hidden}, options.dtype(at::kDouble));
  return state;
}

void StreamingLstm::Advance(std::span<const TokenId> tokens,
                            StreamState& state) const {
  if (tokens.empty()) return;
  const std::vector<std::int64_t> ids(tokens.begin(), tokens.end());
  const at::Tensor embedded = at::embedding(
      embedding_,
      CopyToDevice(at::tensor(ids, at::kLong), embedding_.device()));
  for (std::int64_t i = 0; i < embedded.size(0); ++i) {
    at::Tensor x = embedded.narrow(0, i, 1);
    for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
      state.layers[layer] =
          LstmCell::Step(layers_[layer], x, state.layers[layer]);
      x = state.layers[layer].h;
    }
    state.max = at::maximum(state.max, x);
    state.sum = state.sum + x;
  }
  state.tokens += embedded.size(0);
}

at::Tensor StreamingLstm::Logit(const StreamState& state) const {
  return at::linear(Pool(state), head_weight_, head_bias_).squeeze(1);
}

at::Tensor StreamingLstm::Pool(const StreamState& state) const {
  const at::Tensor& last = state.layers.back().h;
  const at::Tensor mean =
      (state.sum / static_cast<double>(state.tokens)).to(last.scalar_type());
  switch (pooling_) {
    case Pooling::kLast:
      return last;
    case Pooling::kMax:
      return state.max;
    case Pooling::kMean:
      return mean;
    case Pooling::kConcat:
      break;
  }
  return at::cat({state.max, mean, last}, 1);
}

}  // namespace carousel
