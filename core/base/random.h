// Randomness that is the same on every machine: std::shuffle and the standard
// distributions are not specified bit for bit, so results would depend on the
// standard library.
#ifndef CAROUSEL_CORE_BASE_RANDOM_H_
#define CAROUSEL_CORE_BASE_RANDOM_H_

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <random>
#include <vector>

namespace carousel {

// A seed for one purpose out of a run's seed, for example
// DeriveSeed(seed, {kDropoutStream, epoch}). SplitMix64 (Steele et al. 2014)
// over the parts, so that neighbouring seeds give unrelated streams.
std::uint64_t DeriveSeed(std::uint64_t seed,
                         std::initializer_list<std::uint64_t> parts);

// 0, 1, ..., count - 1 in an order given by `seed` (Fisher-Yates over
// mt19937_64 with rejection sampling).
std::vector<std::size_t> RandomPermutation(std::size_t count,
                                           std::uint64_t seed);

// A uniform integer in [0, bound); bound > 0.
std::uint64_t UniformBelow(std::mt19937_64& generator, std::uint64_t bound);

}  // namespace carousel

#endif  // CAROUSEL_CORE_BASE_RANDOM_H_
