// What a training run draws at random, each from a stream of its own, so that
// a change in how much one of them draws leaves the others as they are.
#ifndef CAROUSEL_CORE_TRAIN_RANDOM_STREAMS_H_
#define CAROUSEL_CORE_TRAIN_RANDOM_STREAMS_H_

#include <cstdint>

#include "core/base/random.h"

namespace carousel {

// The numbers are part of what a seed means: never change one.
enum class RandomStream : std::uint64_t {
  kExamples = 1,   // which training texts max_examples keeps
  kEmbedding = 2,  // vectors of words that have none
  kWeights = 3,    // initial weights
  kBatches = 4,    // which texts form a batch, by epoch
  kDropout = 5,    // dropout masks, by epoch
};

// `epoch` is 0 for what is drawn once a run.
inline std::uint64_t StreamSeed(std::uint64_t seed, RandomStream stream,
                                std::uint64_t epoch = 0) {
  return DeriveSeed(seed, {static_cast<std::uint64_t>(stream), epoch});
}

}  // namespace carousel

#endif  // CAROUSEL_CORE_TRAIN_RANDOM_STREAMS_H_
