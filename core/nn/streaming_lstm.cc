#include "core/nn/streaming_lstm.h"

#include <ATen/ATen.h>

#include <limits>
#include <map>
#include <string>

#include "absl/strings/str_cat.h"

namespace carousel {

namespace {

using Parameters = std::map<std::string, at::Tensor>;

// By their names in model.safetensors.
Parameters ByName(const SentimentLstm& model) {
  Parameters parameters;
  for (const NamedParameter& parameter : model.parameters()) {
    parameters.emplace(parameter.name, parameter.tensor.detach());
  }
  return parameters;
}

// As LstmCell::Stack, of the forward cell of a layer.
StackedGates Stack(const Parameters& parameters, std::int64_t layer) {
  const auto stack = [&](const std::string& what) {
    const std::string name =
        absl::StrCat("layers.", layer, ".forward.", what, "_");
    return at::cat({parameters.at(name + "f"), parameters.at(name + "i"),
                    parameters.at(name + "c"), parameters.at(name + "o")},
                   0);
  };
  return {stack("W"), stack("b")};
}

}  // namespace

StreamingLstm::StreamingLstm(const SentimentLstm& model)
    : pooling_(model.config().pooling) {
  const Parameters parameters = ByName(model);
  embedding_ = parameters.at("embedding");
  head_weight_ = parameters.at("head.weight");
  head_bias_ = parameters.at("head.bias");
  for (std::int64_t layer = 0; layer < model.config().layers; ++layer) {
    layers_.push_back(Stack(parameters, layer));
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
      embedding_, at::tensor(ids, at::kLong).to(embedding_.device()));
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
