// A network with random weights, for what is measured without torch, and what
// it answers given the outputs of an LSTM that has them.
#ifndef CAROUSEL_TESTS_BENCH_RANDOM_NETWORK_H_
#define CAROUSEL_TESTS_BENCH_RANDOM_NETWORK_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/engine/packed_network.h"
#include "core/nn/model_config.h"

namespace carousel {

// A text's outputs of one direction, step after step as it reads them, each
// [hidden] and `stride` numbers after the one before.
struct TextOutputs {
  const float* first = nullptr;
  std::ptrdiff_t stride = 0;
};

// One layer. The same weights for the same shape.
class RandomNetwork {
 public:
  explicit RandomNetwork(const ModelConfig& config);

  const ModelConfig& config() const { return config_; }
  // [vocabulary, embedding]
  const std::vector<float>& embedding() const { return embedding_; }
  // Points into this.
  NetworkWeights weights() const;

  // Of positive, by the outputs of each direction.
  double Probability(std::span<const TextOutputs> directions,
                     std::int64_t length) const;

 private:
  struct Cell {
    std::vector<float> weight;
    std::vector<float> bias;
  };

  const ModelConfig config_;
  std::vector<float> embedding_;
  std::vector<Cell> cells_;  // of each direction
  std::vector<float> head_;
};

}  // namespace carousel

#endif  // CAROUSEL_TESTS_BENCH_RANDOM_NETWORK_H_
