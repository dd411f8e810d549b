// Numbers that begin at a cache line, where vectors of every width begin.
#ifndef CAROUSEL_CORE_ENGINE_ALIGNED_FLOATS_H_
#define CAROUSEL_CORE_ENGINE_ALIGNED_FLOATS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

namespace carousel {

inline constexpr std::int64_t kCacheLine = 64;
inline constexpr std::int64_t kHugePage = std::int64_t{2} << 20;
// Bytes from which on an array that stays is given whole huge pages.
inline constexpr std::int64_t kWorthHugePages = kHugePage / 2;

constexpr std::int64_t RoundUpTo(std::int64_t unit, std::int64_t bytes) {
  return (bytes + unit - 1) / unit * unit;
}

struct FreeAligned {
  void operator()(float* floats) const { std::free(floats); }
};
using AlignedFloats = std::unique_ptr<float[], FreeAligned>;

// `count` numbers that mean nothing yet. Throws std::bad_alloc.
AlignedFloats AllocateFloats(std::int64_t count);

// The same for what is read for long: when it is large, in huge pages if the
// kernel has them. A row of a large table that lies in pages of 4 KiB costs a
// walk through the tables of pages, and weights that just fit a cache find room
// in all of it. Clearing a huge page takes its time, so this is not for what
// comes and goes.
AlignedFloats AllocateLastingFloats(std::int64_t count);
// What they take.
std::int64_t LastingBytes(std::int64_t count);

inline AlignedFloats Zeros(std::int64_t count) {
  AlignedFloats floats = AllocateFloats(count);
  std::fill_n(floats.get(), count, 0.0F);
  return floats;
}

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_ALIGNED_FLOATS_H_
