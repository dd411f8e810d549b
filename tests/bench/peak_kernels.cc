#include "tests/bench/peak_kernels.h"

#include <cstddef>

// As core/engine/gate_kernels.cc.
#define HWY_DISABLED_TARGETS \
  (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "tests/bench/peak_kernels.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h, as Highway wants it.
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace carousel::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<float, 16>;

// A multiply-add takes four cycles, and two or, of short vectors, four begin in
// each: so many sums keep all units busy. 32 registers, or 16.
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_SSE4 ||    \
    HWY_TARGET == HWY_SSSE3 || HWY_TARGET == HWY_EMU128 || \
    HWY_TARGET == HWY_SCALAR
constexpr int kSums = 12;
#else
constexpr int kSums = 24;
#endif

double Run(std::int64_t rounds) {
  const Tag d;
  // The sums go to 1, far from numbers that are slow.
  const auto factor = hn::Set(d, 0.75F);
  const auto term = hn::Set(d, 0.25F);
  hn::Vec<Tag> sums[kSums];
  for (int i = 0; i < kSums; ++i) {
    sums[i] = hn::Set(d, static_cast<float>(i));
  }
  for (std::int64_t round = 0; round < rounds; ++round) {
    for (int i = 0; i < kSums; ++i) {
      sums[i] = hn::MulAdd(sums[i], factor, term);
    }
  }
  auto total = hn::Zero(d);
  for (int i = 0; i < kSums; ++i) total = hn::Add(total, sums[i]);
  // Or the compiler would drop the loop.
  volatile float kept = hn::GetLane(total);
  static_cast<void>(kept);
  return 2.0 * kSums * static_cast<double>(hn::Lanes(d)) *
         static_cast<double>(rounds);
}

}  // namespace carousel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace carousel {
namespace {
HWY_EXPORT(Run);
}  // namespace

double MultiplyAdd(std::int64_t rounds) {
  return HWY_DYNAMIC_DISPATCH(Run)(rounds);
}

}  // namespace carousel
#endif  // HWY_ONCE
