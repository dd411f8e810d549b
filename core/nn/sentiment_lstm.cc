#include "core/nn/sentiment_lstm.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "core/nn/device_copy.h"

namespace carousel {
namespace {

// Ones and zeros with mean 1 over what is kept ("inverted" dropout).
at::Tensor DropoutMask(at::IntArrayRef shape, double share,
                       const at::TensorOptions& options) {
  return at::empty(shape, options.requires_grad(false))
      .bernoulli_(1 - share)
      .div_(1 - share);
}

// One mask a text, the same at every step (Gal & Ghahramani 2016).
LayerInputs LockedDropout(const LayerInputs& inputs, std::int64_t width,
                          double share) {
  if (share == 0) return inputs;
  return inputs.Times(
      DropoutMask({inputs.rows(), width}, share, inputs.options()));
}

at::Tensor WordDropout(const at::Tensor& tokens, double share) {
  if (share == 0) return tokens;
  const at::Tensor dropped =
      at::empty(tokens.sizes(), tokens.options().dtype(at::kFloat))
          .bernoulli_(share)
          .to(at::kBool);
  return tokens.masked_fill(dropped & (tokens != kPaddingId), kUnknownId);
}

}  // namespace

BatchTensors ToTensors(const Batch& batch, const std::string& device) {
  const at::TensorOptions integers = at::TensorOptions().dtype(at::kLong);
  BatchTensors tensors;
  tensors.tokens = CopyToDevice(
      at::tensor(at::ArrayRef<std::int64_t>(batch.tokens), integers)
          .view({batch.rows, batch.time}),
      at::Device(device));
  tensors.lengths =
      at::tensor(at::ArrayRef<std::int64_t>(batch.lengths), integers);
  if (!batch.labels.empty()) {
    tensors.labels =
        CopyToDevice(at::tensor(at::ArrayRef<float>(batch.labels),
                                at::TensorOptions().dtype(at::kFloat)),
                     at::Device(device));
  }
  return tensors;
}

SentimentLstm::SentimentLstm(const ModelConfig& config,
                             const at::Tensor& embedding, double forget_bias,
                             const LstmKernel& kernel)
    : config_(config), kernel_(kernel) {
  embedding_ = embedding.detach().clone();
  embedding_[kPaddingId].zero_();
  embedding_.requires_grad_();
  std::int64_t input_size = config.embedding_size;
  for (std::int64_t layer = 0; layer < config.layers; ++layer) {
    layers_.emplace_back(input_size, config.hidden_size, config.bidirectional,
                         forget_bias);
    input_size = config.hidden_size * config.directions();
  }
  const double bound =
      std::sqrt(6.0 / static_cast<double>(config.pooled_size() + 1));
  head_weight_ = at::empty({1, config.pooled_size()})
                     .uniform_(-bound, bound)
                     .requires_grad_();
  head_bias_ = at::zeros({1}).requires_grad_();
}

at::Tensor SentimentLstm::Forward(const BatchTensors& batch,
                                  const Dropout& dropout) const {
  const at::Tensor tokens = WordDropout(batch.tokens, dropout.word);
  return ForwardFrom(EmbeddedTokens{.embedding = embedding_, .tokens = tokens},
                     batch.lengths, dropout);
}

at::Tensor SentimentLstm::ForwardFrom(const LayerInputs& first,
                                      const at::Tensor& lengths,
                                      const Dropout& dropout) const {
  LayerInputs inputs =
      LockedDropout(first, config_.embedding_size, dropout.embedding);
  for (std::size_t layer = 0; layer + 1 < layers_.size(); ++layer) {
    const LayerOutput output =
        kernel_.Run(layers_[layer].Gates(dropout.weight), inputs, lengths);
    inputs =
        LockedDropout(output.outputs, output.outputs.size(2), dropout.output);
  }
  at::Tensor pooled = kernel_.RunPooled(layers_.back().Gates(dropout.weight),
                                        inputs, lengths, config_.pooling);
  if (dropout.output > 0) {
    pooled =
        pooled * DropoutMask(pooled.sizes(), dropout.output, pooled.options());
  }
  return at::linear(pooled, head_weight_, head_bias_).squeeze(1);
}

std::vector<NamedParameter> SentimentLstm::parameters() const {
  std::vector<NamedParameter> all = {{"embedding", embedding_}};
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    for (NamedParameter& parameter :
         layers_[layer].parameters("layers." + std::to_string(layer) + ".")) {
      all.push_back(std::move(parameter));
    }
  }
  all.push_back({"head.weight", head_weight_});
  all.push_back({"head.bias", head_bias_});
  return all;
}

void SentimentLstm::MoveTo(const std::string& device) {
  const at::Device target(device);
  for (const NamedParameter& parameter : parameters()) {
    // The storage moves; every handle of the parameter goes on naming it.
    parameter.tensor.mutable_grad().reset();
    parameter.tensor.set_data(parameter.tensor.detach().to(target));
  }
  device_ = device;
}

std::vector<double> ToProbabilities(const at::Tensor& logits) {
  // Whoever asks for answers has to wait for the device.
  const at::Tensor values =
      logits.detach().to(at::kCPU, at::kDouble).contiguous();
  const double* const first = values.const_data_ptr<double>();
  std::vector<double> probabilities(first, first + values.numel());
  for (double& value : probabilities) value = ToProbability(value);
  return probabilities;
}

double ParityError(const at::Tensor& a, const at::Tensor& b) {
  if (a.sizes() != b.sizes()) return std::numeric_limits<double>::infinity();
  const double scale = std::max(1.0, b.abs().max().item<double>());
  return (a - b).abs().max().item<double>() / scale;
}

}  // namespace carousel
