#include "core/engine/bf16_dot.h"

#include <cstddef>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace carousel {

#if defined(__x86_64__)
namespace {

// The compiler may use what AddBf16Dots is asked for only where the processor
// has been asked.
#define CAROUSEL_BF16_TARGET \
  __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16")))

constexpr std::ptrdiff_t kGates = 4;
constexpr std::ptrdiff_t kLanes = 16;

// Every loop but that over the pairs must be unrolled: only then the sums stay
// in registers.
#define CAROUSEL_UNROLL _Pragma("GCC unroll 6")

template <int kRows>
CAROUSEL_BF16_TARGET void AddTile(const Bf16DotArgs& args) {
  __m512 sums[kRows][kGates];
  CAROUSEL_UNROLL
  for (int r = 0; r < kRows; ++r) {
    CAROUSEL_UNROLL
    for (int g = 0; g < kGates; ++g) {
      sums[r][g] = _mm512_load_ps(args.sums + (r * kGates + g) * kLanes);
    }
  }
  const float* weights = args.weights;
  for (int pair = 0; pair < args.pairs; ++pair) {
    __m512bh x[kRows];
    CAROUSEL_UNROLL
    for (int r = 0; r < kRows; ++r) {
      x[r] = (__m512bh)_mm512_set1_ps(
          args.x[r][pair * std::ptrdiff_t{args.stride}]);
    }
    CAROUSEL_UNROLL
    for (int g = 0; g < kGates; ++g) {
      const auto weight = (__m512bh)_mm512_load_ps(weights + g * kLanes);
      CAROUSEL_UNROLL
      for (int r = 0; r < kRows; ++r) {
        sums[r][g] = _mm512_dpbf16_ps(sums[r][g], x[r], weight);
      }
    }
    weights += kGates * kLanes;
  }
  CAROUSEL_UNROLL
  for (int r = 0; r < kRows; ++r) {
    CAROUSEL_UNROLL
    for (int g = 0; g < kGates; ++g) {
      _mm512_store_ps(args.sums + (r * kGates + g) * kLanes, sums[r][g]);
    }
  }
}

}  // namespace

bool HasBf16Dot() { return __builtin_cpu_supports("avx512bf16") != 0; }

void AddBf16Dots(const Bf16DotArgs& args) {
  static constexpr void (*kTiles[])(const Bf16DotArgs&) = {
      AddTile<1>, AddTile<2>, AddTile<3>, AddTile<4>, AddTile<5>, AddTile<6>};
  kTiles[args.rows - 1](args);
}

#else

bool HasBf16Dot() { return false; }

void AddBf16Dots(const Bf16DotArgs&) {}

#endif

}  // namespace carousel
