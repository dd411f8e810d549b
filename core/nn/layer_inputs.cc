#include "core/nn/layer_inputs.h"

#include <ATen/ATen.h>

#include <utility>

#include "core/text/vocabulary.h"

namespace carousel {

at::Tensor EmbeddedTokens::LayOut() const {
  const at::Tensor vectors = at::embedding(embedding, tokens, kPaddingId);
  return mask.defined() ? vectors * mask.unsqueeze(1) : vectors;
}

LayerInputs::LayerInputs(at::Tensor vectors) : vectors_(std::move(vectors)) {}

LayerInputs::LayerInputs(EmbeddedTokens tokens) : tokens_(std::move(tokens)) {}

std::int64_t LayerInputs::rows() const {
  return tokens_.has_value() ? tokens_->tokens.size(0) : vectors_.size(0);
}

std::int64_t LayerInputs::time() const {
  return tokens_.has_value() ? tokens_->tokens.size(1) : vectors_.size(1);
}

at::TensorOptions LayerInputs::options() const {
  return tokens_.has_value() ? tokens_->embedding.options()
                             : vectors_.options();
}

LayerInputs LayerInputs::Times(const at::Tensor& mask) const {
  if (!tokens_.has_value()) return vectors_ * mask.unsqueeze(1);
  EmbeddedTokens masked = *tokens_;
  masked.mask = mask;
  return masked;
}

at::Tensor LayerInputs::LayOut() const {
  return tokens_.has_value() ? tokens_->LayOut() : vectors_;
}

}  // namespace carousel
