// SplitMix64 (Steele, Lea and Flood 2014): a generator of one word of state
// and a few instructions, for draws by the hundred million.
#ifndef CAROUSEL_CORE_BASE_SPLIT_MIX64_H_
#define CAROUSEL_CORE_BASE_SPLIT_MIX64_H_

#include <cstdint>

namespace carousel {

// The same numbers on every machine. Not thread-safe.
class SplitMix64 {
 public:
  explicit SplitMix64(std::uint64_t seed) : state_(seed) {}

  std::uint64_t Next() {
    std::uint64_t z = state_ += 0x9e3779b97f4a7c15;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  // In [0, bound), from 32 bits: for a bound far below 2^32 the bias is far
  // below what a sample could show (Lemire 2019, without the rejection).
  std::uint32_t Below(std::uint32_t bound) {
    return static_cast<std::uint32_t>(((Next() >> 32) * bound) >> 32);
  }

  // In [0, 1), with 24 bits.
  float Uniform() { return static_cast<float>(Next() >> 40) * 0x1p-24F; }

 private:
  std::uint64_t state_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_BASE_SPLIT_MIX64_H_
