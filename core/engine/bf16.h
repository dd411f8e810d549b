// bfloat16: the upper half of a float, 8 bits of exponent and 8 of mantissa
// (one of them implied).
#ifndef CAROUSEL_CORE_ENGINE_BF16_H_
#define CAROUSEL_CORE_ENGINE_BF16_H_

#include <bit>
#include <cstdint>

namespace carousel {

// The bits of the nearest one, to even where two are as near, over 16 zeros.
// What is no number stays none.
inline std::uint32_t Bf16Bits(float x) {
  const auto bits = std::bit_cast<std::uint32_t>(x);
  if ((bits & 0x7FFFFFFFU) > 0x7F800000U) {
    return (bits | 0x00400000U) & 0xFFFF0000U;
  }
  return (bits + 0x7FFFU + ((bits >> 16U) & 1U)) & 0xFFFF0000U;
}

inline float RoundToBf16(float x) { return std::bit_cast<float>(Bf16Bits(x)); }

// Two of them side by side in the space of a float, the first in the lower
// half: the operand of a bfloat16 dot product. No number of its own.
inline float Bf16Pair(float first, float second) {
  return std::bit_cast<float>(Bf16Bits(first) >> 16U | Bf16Bits(second));
}

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_BF16_H_
