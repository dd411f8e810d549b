// Numbers that begin at a cache line, where vectors of every width begin.
#ifndef CAROUSEL_CORE_ENGINE_ALIGNED_FLOATS_H_
#define CAROUSEL_CORE_ENGINE_ALIGNED_FLOATS_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>

namespace carousel {

inline constexpr std::align_val_t kCacheLine{64};

struct FreeAligned {
  void operator()(float* floats) const {
    ::operator delete[](floats, kCacheLine);
  }
};
using AlignedFloats = std::unique_ptr<float[], FreeAligned>;

// `count` numbers that mean nothing yet.
inline AlignedFloats AllocateFloats(std::int64_t count) {
  return AlignedFloats(new (kCacheLine) float[static_cast<std::size_t>(count)]);
}

inline AlignedFloats Zeros(std::int64_t count) {
  AlignedFloats floats = AllocateFloats(count);
  std::fill_n(floats.get(), count, 0.0F);
  return floats;
}

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_ALIGNED_FLOATS_H_
