// The functions of the gates, for one vector unit: included once for each, as
// Highway's -inl.h files are.
#if defined(CAROUSEL_CORE_ENGINE_GATE_FUNCTIONS_INL_H_) == \
    defined(HWY_TARGET_TOGGLE)
#ifdef CAROUSEL_CORE_ENGINE_GATE_FUNCTIONS_INL_H_
#undef CAROUSEL_CORE_ENGINE_GATE_FUNCTIONS_INL_H_
#else
#define CAROUSEL_CORE_ENGINE_GATE_FUNCTIONS_INL_H_
#endif

#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace carousel::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<float, 16>;
using Vector = hn::Vec<Tag>;

// x86's Min and Max give their second operand when one is NaN.
HWY_INLINE Vector Clamped(Tag d, Vector x, float limit) {
  const Vector clamped =
      hn::Min(hn::Set(d, limit), hn::Max(hn::Set(d, -limit), x));
#if HWY_ARCH_X86 && HWY_TARGET != HWY_SCALAR && HWY_TARGET != HWY_EMU128
  return clamped;
#else
  return hn::IfThenElse(hn::IsNaN(x), x, clamped);
#endif
}

// tanh as the quotient of two polynomials, the coefficients Eigen's: within
// 3e-7 everywhere. Beyond the clamp it is 1 to float's precision. NaN stays
// NaN.
HWY_INLINE Vector Tanh(Tag d, Vector any) {
  constexpr float kClamp = 7.90531110763549805F;
  const Vector x = Clamped(d, any, kClamp);
  const Vector s = hn::Mul(x, x);
  Vector p = hn::Set(d, -2.76076847742355e-16F);
  p = hn::MulAdd(p, s, hn::Set(d, 2.00018790482477e-13F));
  p = hn::MulAdd(p, s, hn::Set(d, -8.60467152213735e-11F));
  p = hn::MulAdd(p, s, hn::Set(d, 5.12229709037114e-08F));
  p = hn::MulAdd(p, s, hn::Set(d, 1.48572235717979e-05F));
  p = hn::MulAdd(p, s, hn::Set(d, 6.37261928875436e-04F));
  p = hn::MulAdd(p, s, hn::Set(d, 4.89352455891786e-03F));
  Vector q = hn::Set(d, 1.19825839466702e-06F);
  q = hn::MulAdd(q, s, hn::Set(d, 1.18534705686654e-04F));
  q = hn::MulAdd(q, s, hn::Set(d, 2.26843463243900e-03F));
  q = hn::MulAdd(q, s, hn::Set(d, 4.89352518554385e-03F));
  return hn::Div(hn::Mul(x, p), q);
}

// sigmoid of twice x.
HWY_INLINE Vector HalvedSigmoid(Tag d, Vector x) {
  const Vector half = hn::Set(d, 0.5F);
  return hn::MulAdd(Tanh(d, x), half, half);
}

}  // namespace carousel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // CAROUSEL_CORE_ENGINE_GATE_FUNCTIONS_INL_H_
