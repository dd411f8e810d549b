#include "core/train/initial_embedding.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <random>
#include <span>

#include "core/train/random_streams.h"

namespace carousel {
namespace {

// The standard deviation of all values of all vectors; when there are none,
// what GloVe and word2vec have to an order of magnitude.
double Spread(const WordVectors& vectors) {
  double sum = 0;
  double squares = 0;
  for (std::size_t row = 0; row < vectors.size(); ++row) {
    for (const double value : vectors.vector(row)) {
      sum += value;
      squares += value * value;
    }
  }
  const double count = static_cast<double>(vectors.size()) *
                       static_cast<double>(vectors.dimension());
  if (count == 0) return 0.1;
  const double mean = sum / count;
  return std::sqrt(std::max(0.0, squares / count - mean * mean));
}

}  // namespace

std::vector<float> InitialEmbedding(const Vocabulary& vocabulary,
                                    const WordVectors& vectors,
                                    std::uint64_t seed) {
  const std::size_t dimension = vectors.dimension();
  std::vector<float> embedding(vocabulary.size() * dimension, 0.0F);
  std::mt19937_64 generator(StreamSeed(seed, RandomStream::kEmbedding));
  // A uniform distribution over [-limit, limit] has this spread; the standard
  // library's own distributions differ from one to another.
  const double limit = std::numbers::sqrt3 * Spread(vectors);
  const auto draw = [&] {
    const double uniform = std::ldexp(static_cast<double>(generator() >> 11),
                                      -53);  // in [0, 1)
    return static_cast<float>(limit * (2 * uniform - 1));
  };
  for (std::size_t row = kPaddingId + 1; row < vocabulary.size(); ++row) {
    const auto id = static_cast<TokenId>(row);
    const std::span<float> target(&embedding[row * dimension], dimension);
    const std::span<const float> found =
        id == kUnknownId ? std::span<const float>()
                         : vectors.Find(vocabulary.word(id));
    if (found.empty()) {
      std::ranges::generate(target, draw);
    } else {
      std::ranges::copy(found, target.begin());
    }
  }
  return embedding;
}

}  // namespace carousel
