// A whole model in the form in which the engine answers: its weights turned
// into the order that gate_kernels.h reads, once, when it is loaded. Free of
// torch.
#ifndef CAROUSEL_CORE_ENGINE_PACKED_NETWORK_H_
#define CAROUSEL_CORE_ENGINE_PACKED_NETWORK_H_

#include <cstdint>
#include <vector>

#include "core/engine/aligned_floats.h"
#include "core/engine/gate_kernels.h"
#include "core/engine/parallel_for.h"
#include "core/nn/model_config.h"
#include "core/text/vocabulary.h"

namespace carousel {

// The weights as a model folder has them. Nothing is owned.
struct CellWeights {
  // [4 * hidden, hidden + input] row by row: f, i, c, o over [h, x].
  const float* weight = nullptr;
  const float* bias = nullptr;  // [4 * hidden]
};
struct NetworkWeights {
  const float* embedding = nullptr;              // [vocabulary, embedding]
  std::vector<std::vector<CellWeights>> layers;  // [layer][direction]
  const float* head = nullptr;                   // [pooled]
  float head_bias = 0;
};

// One direction of a layer.
struct PackedCell {
  AlignedFloats weights_h;
  AlignedFloats weights_x;
  AlignedFloats bias;  // a gate row
  // [folded words, gate row], of the first layer only: what a word gives to
  // the gates, its product with weights_x already made.
  AlignedFloats folded = nullptr;
};

// Immutable once packed, so thread-safe. `hidden` is padded, as in
// recurrence.h; units that were added stay 0 and have no weight in the head.
struct PackedNetwork {
  const GateKernels* kernels = nullptr;
  std::int64_t hidden = 0;
  std::int64_t embedding_size = 0;
  const float* embedding = nullptr;  // not owned
  // The words of the folded tables: the first ones, which in a vocabulary are
  // the frequent ones. A word after them costs its product each time.
  std::int64_t folded_words = 0;
  // [layer][direction]. The inputs of a layer after the first are the outputs
  // of the one before, [direction][hidden].
  std::vector<std::vector<PackedCell>> layers;
  // What the head makes of the last layer, [direction][hidden] each; null for
  // what the model's pooling does not look at.
  AlignedFloats head_max;
  AlignedFloats head_mean;
  AlignedFloats head_last;
  float head_bias = 0;
  std::int64_t bytes = 0;  // of all that is owned

  std::int64_t gate_row() const { return 4 * hidden; }
  int panels() const { return static_cast<int>(hidden) / kernels->lanes; }
  int directions() const { return static_cast<int>(layers.front().size()); }
  // The numbers that a layer's cells take at each token.
  std::int64_t inputs(std::size_t layer) const {
    return layer == 0 ? embedding_size : directions() * hidden;
  }
  const float* EmbeddingOf(TokenId word) const {
    return embedding + word * embedding_size;
  }
  // What the word gives to the gates of a cell of the first layer; null when
  // the word is not folded.
  const float* FoldedMaps(const PackedCell& cell, TokenId word) const {
    return word < folded_words ? cell.folded.get() + word * gate_row()
                               : nullptr;
  }
};

// A part of the head over a part of the pooled vector, in double precision.
template <typename Number>
double Dot(const float* weights, const Number* numbers, std::int64_t count) {
  double sum = 0;
  for (std::int64_t i = 0; i < count; ++i) {
    sum += static_cast<double>(weights[i]) * static_cast<double>(numbers[i]);
  }
  return sum;
}

struct PackingOptions {
  std::int64_t max_folded_bytes = 0;  // of the folded tables
  Precision precision = Precision::kF32;
};

// `weights.embedding` must outlive the result; the rest may go.
PackedNetwork PackNetwork(const ModelConfig& config,
                          const NetworkWeights& weights,
                          const PackingOptions& options,
                          const ParallelFor& parallel);

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_PACKED_NETWORK_H_
