#include "tests/bench/random_network.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "tests/bench/engine_answers.h"

namespace carousel {
namespace {

// As PyTorch draws an LSTM's weights.
std::vector<float> Uniform(std::int64_t count, double spread,
                           std::mt19937& random) {
  std::uniform_real_distribution<float> uniform(-static_cast<float>(spread),
                                                static_cast<float>(spread));
  std::vector<float> floats(static_cast<std::size_t>(count));
  for (float& value : floats) value = uniform(random);
  return floats;
}

}  // namespace

RandomNetwork::RandomNetwork(const ModelConfig& config) : config_(config) {
  std::mt19937 random(1);
  const std::int64_t hidden = config.hidden_size;
  const std::int64_t inputs = config.embedding_size;
  const double spread = 1 / std::sqrt(static_cast<double>(hidden));
  // As wide as a normal distribution.
  embedding_ = Uniform(config.vocabulary_size * inputs, std::sqrt(3.0), random);
  for (std::int64_t d = 0; d < config.directions(); ++d) {
    cells_.push_back({Uniform(4 * hidden * (hidden + inputs), spread, random),
                      Uniform(4 * hidden, spread, random)});
  }
  head_ = Uniform(config.pooled_size(), spread, random);
}

NetworkWeights RandomNetwork::weights() const {
  NetworkWeights weights{
      .embedding = embedding_.data(), .layers = {{}}, .head = head_.data()};
  for (const Cell& cell : cells_) {
    weights.layers.front().push_back({cell.weight.data(), cell.bias.data()});
  }
  return weights;
}

double RandomNetwork::Probability(std::span<const TextOutputs> directions,
                                  std::int64_t length) const {
  const std::int64_t hidden = config_.hidden_size;
  const auto units = static_cast<std::int64_t>(directions.size()) * hidden;
  const float* const head = head_.data();
  double logit = 0;
  for (std::int64_t unit = 0; unit < units; ++unit) {
    const TextOutputs& outputs =
        directions[static_cast<std::size_t>(unit / hidden)];
    const float* h = outputs.first + unit % hidden;
    float max = *h;
    double sum = 0;
    for (std::int64_t t = 0; t < length; ++t, h += outputs.stride) {
      max = std::max(max, *h);
      sum += *h;
    }
    logit += head[unit] * max +
             head[units + unit] * sum / static_cast<double>(length) +
             head[2 * units + unit] * h[-outputs.stride];
  }
  return ProbabilityOf(logit);
}

}  // namespace carousel
