#include "core/base/random.h"

#include <numeric>
#include <utility>

namespace carousel {
namespace {

// One step of SplitMix64: Steele, Lea and Flood, "Fast splittable pseudorandom
// number generators", OOPSLA 2014, with Stafford's constants (variant 13).
std::uint64_t SplitMix64(std::uint64_t state) {
  std::uint64_t z = state + 0x9e3779b97f4a7c15;
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

}  // namespace

std::uint64_t DeriveSeed(std::uint64_t seed,
                         std::initializer_list<std::uint64_t> parts) {
  std::uint64_t state = SplitMix64(seed);
  for (const std::uint64_t part : parts) state = SplitMix64(state + part);
  return state;
}

std::vector<std::size_t> RandomPermutation(std::size_t count,
                                           std::uint64_t seed) {
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::mt19937_64 generator(seed);
  for (std::size_t left = count; left > 1; --left) {
    std::swap(order[left - 1], order[UniformBelow(generator, left)]);
  }
  return order;
}

std::uint64_t UniformBelow(std::mt19937_64& generator, std::uint64_t bound) {
  // The values below 2^64 mod bound are drawn again: what is left divides into
  // whole rounds of `bound`, so that no remainder is more likely than another.
  const std::uint64_t rejected = (0 - bound) % bound;
  std::uint64_t value = generator();
  while (value < rejected) value = generator();
  return value % bound;
}

}  // namespace carousel
