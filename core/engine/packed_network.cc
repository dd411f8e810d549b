#include "core/engine/packed_network.h"

#include <algorithm>
#include <cstddef>

#include "core/engine/project_rows.h"
#include "core/engine/recurrence.h"

namespace carousel {
namespace {

// Columns of a cell's weights: `blocks` of `width` from `first` on, each laid
// out `stride` wide.
struct Columns {
  std::int64_t first = 0;
  std::int64_t blocks = 1;
  std::int64_t width = 0;
  std::int64_t stride = 0;
};

class NetworkPacker {
 public:
  NetworkPacker(const ModelConfig& config, const NetworkWeights& weights,
                Precision precision, const ParallelFor& parallel)
      : config_(config),
        weights_(weights),
        parallel_(parallel),
        kernels_(BestGateKernels(precision)),
        sources_(GateRowSources(kernels_, config.hidden_size)),
        scales_(GateRowScales(kernels_, config.hidden_size)) {}

  PackedNetwork Pack(std::int64_t max_folded_bytes) {
    network_.kernels = &kernels_;
    network_.hidden = PaddedHidden(kernels_, config_.hidden_size);
    network_.embedding_size = config_.embedding_size;
    network_.embedding = weights_.embedding;
    for (std::int64_t layer = 0; layer < config_.layers; ++layer) {
      std::vector<PackedCell>& cells = network_.layers.emplace_back();
      for (const CellWeights& cell : weights_.layers[layer]) {
        cells.push_back(PackCell(cell, layer));
      }
    }
    Fold(max_folded_bytes);
    PackHead();
    network_.bytes = owned_bytes_;
    return std::move(network_);
  }

 private:
  AlignedFloats Own(std::int64_t count) {
    owned_bytes_ += LastingBytes(count);
    AlignedFloats floats = AllocateLastingFloats(count);
    std::fill_n(floats.get(), count, 0.0F);
    return floats;
  }

  PackedCell PackCell(const CellWeights& cell, std::int64_t layer) {
    const std::int64_t hidden = config_.hidden_size;
    const Columns of_h = {.width = hidden, .stride = network_.hidden};
    const Columns of_x = layer == 0 ? Columns{.first = hidden,
                                              .width = config_.embedding_size,
                                              .stride = config_.embedding_size}
                                    : Columns{.first = hidden,
                                              .blocks = config_.directions(),
                                              .width = hidden,
                                              .stride = network_.hidden};
    const std::int64_t row =
        hidden +
        (layer == 0 ? config_.embedding_size : config_.directions() * hidden);
    PackedCell packed{.weights_h = PackColumns(cell.weight, row, of_h),
                      .weights_x = PackColumns(cell.weight, row, of_x),
                      .bias = Own(network_.gate_row())};
    for (std::size_t j = 0; j < sources_.size(); ++j) {
      if (sources_[j] < 0) continue;
      packed.bias[j] = scales_[j] * cell.bias[sources_[j]];
    }
    return packed;
  }

  // `weight` has rows of `row` numbers.
  AlignedFloats PackColumns(const float* weight, std::int64_t row,
                            const Columns& columns) {
    const std::int64_t inputs = columns.blocks * columns.stride;
    std::vector<float> rows(sources_.size() * inputs);
    for (std::size_t j = 0; j < sources_.size(); ++j) {
      if (sources_[j] < 0) continue;
      const float* from = weight + sources_[j] * row + columns.first;
      for (std::int64_t block = 0; block < columns.blocks; ++block) {
        float* const to = rows.data() + j * inputs + block * columns.stride;
        for (std::int64_t k = 0; k < columns.width; ++k) {
          to[k] = scales_[j] * *from++;
        }
      }
    }
    AlignedFloats packed =
        Own(PackedFloats(kernels_, network_.gate_row(), inputs));
    PackWeights(kernels_, rows.data(), network_.gate_row(), inputs,
                packed.get());
    return packed;
  }

  void Fold(std::int64_t max_bytes) {
    const std::int64_t width = network_.gate_row();
    const std::int64_t word_bytes =
        config_.directions() * width * static_cast<std::int64_t>(sizeof(float));
    network_.folded_words =
        std::min(config_.vocabulary_size, max_bytes / word_bytes);
    // By the kernel that a word without a folded row goes through, so that it
    // makes no difference to an answer which words are folded.
    for (PackedCell& cell : network_.layers.front()) {
      cell.folded = Own(network_.folded_words * width);
      ProjectRows({.kernels = &kernels_,
                   .weights = cell.weights_x.get(),
                   .bias = cell.bias.get(),
                   .rows = network_.folded_words,
                   .inputs = network_.embedding_size,
                   .outputs = width,
                   .x = network_.embedding,
                   .out = cell.folded.get()},
                  parallel_);
    }
  }

  // The head's numbers come part by part: max, mean, last.
  void PackHead() {
    const float* from = weights_.head;
    const auto take = [&](bool wanted) {
      if (!wanted) return AlignedFloats();
      AlignedFloats part = Own(config_.directions() * network_.hidden);
      for (std::int64_t d = 0; d < config_.directions(); ++d) {
        std::copy_n(from, config_.hidden_size,
                    part.get() + d * network_.hidden);
        from += config_.hidden_size;
      }
      return part;
    };
    const bool all = config_.pooling == Pooling::kConcat;
    network_.head_max = take(all || config_.pooling == Pooling::kMax);
    network_.head_mean = take(all || config_.pooling == Pooling::kMean);
    network_.head_last = take(all || config_.pooling == Pooling::kLast);
    network_.head_bias = weights_.head_bias;
  }

  const ModelConfig& config_;
  const NetworkWeights& weights_;
  const ParallelFor& parallel_;
  const GateKernels& kernels_;
  const std::vector<std::int64_t> sources_;
  const std::vector<float> scales_;
  PackedNetwork network_;
  std::int64_t owned_bytes_ = 0;
};

}  // namespace

PackedNetwork PackNetwork(const ModelConfig& config,
                          const NetworkWeights& weights,
                          const PackingOptions& options,
                          const ParallelFor& parallel) {
  return NetworkPacker(config, weights, options.precision, parallel)
      .Pack(options.max_folded_bytes);
}

}  // namespace carousel
