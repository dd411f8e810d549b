// The bfloat16 dot product of AVX512-BF16, which the Highway of the systems
// that we build on does not have: the one place of intrinsics.
#ifndef CAROUSEL_CORE_ENGINE_BF16_DOT_H_
#define CAROUSEL_CORE_ENGINE_BF16_DOT_H_

namespace carousel {

// Whether this processor and its system run it.
bool HasBf16Dot();

// A tile of the products of gate_kernels.h with a panel 16 units wide: for up
// to kMaxBf16Rows rows, sums[r] += x[r] * weights.
inline constexpr int kMaxBf16Rows = 6;
struct Bf16DotArgs {
  int rows = 0;
  int pairs = 0;                    // of inputs
  const float* weights = nullptr;   // [pair of inputs][gate][lane]: Bf16Pair
  const float* const* x = nullptr;  // [rows], each [pairs]: Bf16Pair
  int stride = 1;                   // from a pair of x to the next
  float* sums = nullptr;            // [rows][gate][lane]
};
// In order of the pairs, so a row is the same whatever stands beside it. Only
// where HasBf16Dot. Thread-safe.
void AddBf16Dots(const Bf16DotArgs& args);

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_BF16_DOT_H_
