#include "core/engine/growing_text.h"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <utility>

namespace carousel {

GrowingText::GrowingText(const PackedNetwork& network)
    : network_(network), product_(AllocateFloats(network.gate_row())) {
  const std::int64_t hidden = network.hidden;
  for (std::size_t layer = 0; layer < network.layers.size(); ++layer) {
    layers_.push_back({Zeros(hidden), Zeros(hidden), Zeros(hidden)});
  }
  max_.assign(hidden, -std::numeric_limits<float>::infinity());
  sum_.assign(hidden, 0);
}

void GrowingText::Read(std::span<const TokenId> tokens) {
  for (const TokenId token : tokens) ReadToken(token);
}

void GrowingText::ReadToken(TokenId token) {
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    const float* const maps = Maps(layer, token);
    LayerState& state = layers_[layer];
    network_.kernels->step(
        {.weights = network_.layers[layer].front().weights_h.get(),
         .hidden = static_cast<int>(network_.hidden),
         .end_panel = network_.panels(),
         .last_first = tokens_ % 2 != 0,
         .rows = 1,
         .maps = &maps,
         .h = state.h.get(),
         .c = state.c.get(),
         .h_out = state.h_out.get(),
         .c_out = state.c.get()});
    std::swap(state.h, state.h_out);
  }
  ++tokens_;
  Pool();
}

const float* GrowingText::Maps(std::size_t layer, TokenId token) {
  const PackedCell& cell = network_.layers[layer].front();
  const float* x = nullptr;
  if (layer == 0) {
    const float* const folded = network_.FoldedMaps(cell, token);
    if (folded != nullptr) return folded;
    x = network_.EmbeddingOf(token);
  } else {
    x = layers_[layer - 1].h.get();
  }
  float* const product = product_.get();
  network_.kernels->project({.weights = cell.weights_x.get(),
                             .bias = cell.bias.get(),
                             .inputs = static_cast<int>(network_.inputs(layer)),
                             .end_panel = network_.panels(),
                             .last_first = tokens_ % 2 != 0,
                             .rows = 1,
                             .x = &x,
                             .out = &product});
  return product;
}

void GrowingText::Pool() {
  const float* const h = layers_.back().h.get();
  for (std::size_t j = 0; j < max_.size(); ++j) {
    max_[j] = std::max(h[j], max_[j]);  // as LayerSlots
    sum_[j] += static_cast<double>(h[j]);
  }
}

double GrowingText::Logit() const {
  const std::int64_t hidden = network_.hidden;
  double logit = network_.head_bias;
  if (network_.head_max != nullptr) {
    logit += Dot(network_.head_max.get(), max_.data(), hidden);
  }
  if (network_.head_mean != nullptr) {
    logit += Dot(network_.head_mean.get(), sum_.data(), hidden) /
             static_cast<double>(tokens_);
  }
  if (network_.head_last != nullptr) {
    logit += Dot(network_.head_last.get(), layers_.back().h.get(), hidden);
  }
  return logit;
}

}  // namespace carousel
