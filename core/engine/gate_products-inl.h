// The product of a tile of rows and a panel of weights, for one vector unit and
// each precision: included once for each unit, as Highway's -inl.h files are.
//
// A class of products says how the factors stand in memory and sums them up:
//
//   kRowsOfATile  that Sum takes at most
//   Words         of 32 bits that so many inputs are: floats, or two numbers of
//                 bfloat16 each
//   Inputs        rows of x in words
//   Weights       panels in words, [word][gate][lane]
//   Sum           sums[p * rows + r] = begin[p * rows + r] + x[r] * panel p;
//                 the words of x[r] are kStride apart
//   OfManyRows    the class to take for more than a few rows
//   OfGradients   the class for the gradients of weights, whose factors are put
//                 into words as they come: Word() of kPair positions
#if defined(CAROUSEL_CORE_ENGINE_GATE_PRODUCTS_INL_H_) == \
    defined(HWY_TARGET_TOGGLE)
#ifdef CAROUSEL_CORE_ENGINE_GATE_PRODUCTS_INL_H_
#undef CAROUSEL_CORE_ENGINE_GATE_PRODUCTS_INL_H_
#else
#define CAROUSEL_CORE_ENGINE_GATE_PRODUCTS_INL_H_
#endif

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "core/engine/aligned_floats.h"
#include "core/engine/bf16.h"
#include "core/engine/bf16_dot.h"
#include "core/engine/gate_functions-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace carousel::HWY_NAMESPACE {

constexpr std::ptrdiff_t kGates = 4;

// Texts that are worked on at once: their 4 sums each stay in registers, with
// room for a weight and an input. 32 registers, or 16.
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_SSE4 ||    \
    HWY_TARGET == HWY_SSSE3 || HWY_TARGET == HWY_EMU128 || \
    HWY_TARGET == HWY_SCALAR
constexpr int kTileRows = 3;
#else
constexpr int kTileRows = 6;
#endif

// A row's sums with a panel are chains of additions, too few to keep the
// processor busy when the row is alone: it then meets two panels at once.
constexpr int kPanelsOfARow = 2;

// Of a tile of rows and panels: [panel * rows + row].
template <int kTile>
using Sums = Vector[kTile][kGates];

template <int kTile>
HWY_INLINE void Begin(Tag d, const float* const (&begin)[kTile],
                      Sums<kTile>& sums) {
  for (int i = 0; i < kTile; ++i) {
    for (int g = 0; g < kGates; ++g) {
      sums[i][g] = hn::Load(d, begin[i] + g * hn::Lanes(d));
    }
  }
}

// Rows that lie anywhere, or one after the other.
struct RowsOfX {
  const float* const* each = nullptr;
  const float* first = nullptr;
  std::ptrdiff_t stride = 0;

  const float* operator[](std::ptrdiff_t row) const {
    return each != nullptr ? each[row] : first + row * stride;
  }
};

// Weights that are read where they are.
class PackedPanels {
 public:
  PackedPanels(const float* weights, int words)
      : weights_(weights), panel_(words * kGates * hn::Lanes(Tag())) {}
  const float* Panel(int panel) const { return weights_ + panel * panel_; }

 private:
  const float* const weights_;
  const std::size_t panel_;
};

struct F32Products {
  static constexpr int kRowsOfATile = kTileRows;
  static constexpr int Words(int inputs) { return inputs; }
  using Weights = PackedPanels;
  using OfManyRows = F32Products;

  class Inputs {
   public:
    Inputs(const RowsOfX& rows, std::ptrdiff_t /*count*/, int /*inputs*/)
        : rows_(rows) {}
    const float* operator[](std::ptrdiff_t row) const { return rows_[row]; }

   private:
    const RowsOfX rows_;
  };

  // In order of k, one multiply-add at a time: that is what makes a row the
  // same whatever tile it is in.
  template <int kRows, int kPanels, int kStride = 1>
  static HWY_INLINE void Sum(Tag d,
                             const float* const (&begin)[kRows * kPanels],
                             const float* HWY_RESTRICT weights, int words,
                             const float* const (&x)[kRows],
                             Sums<kRows * kPanels>& sums) {
    Begin(d, begin, sums);
    const std::size_t lanes = hn::Lanes(d);
    const std::size_t panel = words * kGates * lanes;
    // The loop's own bookkeeping would take turns from the products.
    HWY_UNROLL(4)
    for (int k = 0; k < words; ++k) {
      Vector inputs_k[kRows];
      for (int r = 0; r < kRows; ++r) {
        inputs_k[r] = hn::Set(d, x[r][k * kStride]);
      }
      for (int p = 0; p < kPanels; ++p) {
        for (int g = 0; g < kGates; ++g) {
          const Vector weight = hn::Load(d, weights + p * panel + g * lanes);
          for (int r = 0; r < kRows; ++r) {
            Vector& sum = sums[p * kRows + r][g];
            sum = hn::MulAdd(inputs_k[r], weight, sum);
          }
        }
      }
      weights += kGates * lanes;
    }
  }

  using OfGradients = F32Products;
  static constexpr int kPair = 1;
  static float Word(float x, float /*next*/) { return x; }
  static HWY_INLINE Vector Word(Tag, Vector x, Vector /*next*/) { return x; }
};

constexpr int PairsOf(int inputs) { return (inputs + 1) / 2; }

// Rows of words that are made of rows of x.
class WordRows {
 public:
  // `fill(x, words)` makes a row.
  template <typename Fill>
  WordRows(const RowsOfX& rows, std::ptrdiff_t count, std::ptrdiff_t words,
           const Fill& fill)
      : stride_(words), words_(AllocateFloats(count * words)) {
    for (std::ptrdiff_t row = 0; row < count; ++row) {
      fill(rows[row], words_.get() + row * stride_);
    }
  }
  const float* operator[](std::ptrdiff_t row) const {
    return words_.get() + row * stride_;
  }

 private:
  const std::ptrdiff_t stride_;
  const AlignedFloats words_;
};

HWY_INLINE hn::Vec<hn::RebindToUnsigned<Tag>> Bf16Bits(Tag d, Vector x) {
  const hn::RebindToUnsigned<Tag> du;
  const auto bits = hn::BitCast(du, x);
  const auto odd = hn::And(hn::ShiftRight<16>(bits), hn::Set(du, 1));
  const auto rounded =
      hn::Add(bits, hn::Add(odd, hn::Set(du, 0x7FFFU)));  // as bf16.h
  const auto quiet = hn::Or(bits, hn::Set(du, 0x00400000U));
  const auto either =
      hn::IfThenElse(hn::RebindMask(du, hn::IsNaN(x)), quiet, rounded);
  return hn::And(either, hn::Set(du, 0xFFFF0000U));
}

// Products of floats that are rounded before.
struct RoundedProducts : F32Products {
  static float Word(float x, float /*next*/) { return RoundToBf16(x); }
  static HWY_INLINE Vector Word(Tag d, Vector x, Vector /*next*/) {
    return hn::BitCast(d, Bf16Bits(d, x));
  }
};

// Weights that are widened to floats, panel by panel.
class WidenedPanels {
 public:
  WidenedPanels(const float* weights, int words)
      : packed_(weights, words / 2),
        pairs_(words / 2),
        panel_(AllocateFloats(words * kGates * hn::Lanes(Tag()))) {}

  const float* Panel(int panel) const {
    const Tag d;
    const hn::RebindToUnsigned<Tag> du;
    const std::size_t width = kGates * hn::Lanes(d);
    const float* from = packed_.Panel(panel);
    float* to = panel_.get();
    for (int pair = 0; pair < pairs_; ++pair) {
      for (std::size_t at = 0; at < width; at += hn::Lanes(d)) {
        const auto both = hn::BitCast(du, hn::Load(d, from + at));
        hn::Store(hn::BitCast(d, hn::ShiftLeft<16>(both)), d, to + at);
        hn::Store(hn::BitCast(d, hn::And(both, hn::Set(du, 0xFFFF0000U))), d,
                  to + width + at);
      }
      from += width;
      to += 2 * width;
    }
    return panel_.get();
  }

 private:
  const PackedPanels packed_;
  const int pairs_;
  const AlignedFloats panel_;
};

struct WidenedPanelProducts;

// Where no instruction multiplies bfloat16: pairs of weights are widened as
// they are read, from half the memory of floats.
struct WidenedProducts {
  // The mask of a half takes a register.
  static constexpr int kRowsOfATile = kTileRows - 1;
  static constexpr int Words(int inputs) { return PairsOf(inputs); }
  using Weights = PackedPanels;
  using OfManyRows = WidenedPanelProducts;

  class Inputs : public WordRows {
   public:
    Inputs(const RowsOfX& rows, std::ptrdiff_t count, int inputs)
        : WordRows(rows, count, std::ptrdiff_t{2} * PairsOf(inputs),
                   [inputs](const float* x, float* words) {
                     for (int k = 0; k < inputs; ++k) {
                       words[k] = RoundToBf16(x[k]);
                     }
                     if (inputs % 2 != 0) words[inputs] = 0;
                   }) {}
  };

  template <int kRows, int kPanels>
  static HWY_INLINE void Sum(Tag d,
                             const float* const (&begin)[kRows * kPanels],
                             const float* HWY_RESTRICT weights, int words,
                             const float* const (&x)[kRows],
                             Sums<kRows * kPanels>& sums) {
    Begin(d, begin, sums);
    const hn::RebindToUnsigned<Tag> du;
    const std::size_t lanes = hn::Lanes(d);
    const std::size_t panel = words * kGates * lanes;
    const auto upper_half = hn::Set(du, 0xFFFF0000U);
    for (int word = 0; word < words; ++word) {
      for (int half = 0; half < 2; ++half) {
        Vector inputs_k[kRows];
        for (int r = 0; r < kRows; ++r) {
          inputs_k[r] = hn::Set(d, x[r][2 * word + half]);
        }
        for (int p = 0; p < kPanels; ++p) {
          for (int g = 0; g < kGates; ++g) {
            const auto pair =
                hn::BitCast(du, hn::Load(d, weights + p * panel + g * lanes));
            const Vector weight =
                hn::BitCast(d, half == 0 ? hn::ShiftLeft<16>(pair)
                                         : hn::And(pair, upper_half));
            for (int r = 0; r < kRows; ++r) {
              Vector& sum = sums[p * kRows + r][g];
              sum = hn::MulAdd(inputs_k[r], weight, sum);
            }
          }
        }
      }
      weights += kGates * lanes;
    }
  }

  using OfGradients = RoundedProducts;
};

// The same products, in the same order, with panels that are widened before.
struct WidenedPanelProducts : F32Products {
  static constexpr int Words(int inputs) { return 2 * PairsOf(inputs); }
  using Weights = WidenedPanels;
  using Inputs = WidenedProducts::Inputs;
};

#undef CAROUSEL_DOTTED_PRODUCTS
#define CAROUSEL_DOTTED_PRODUCTS \
  (HWY_TARGET == HWY_AVX3 || HWY_TARGET == HWY_AVX3_DL)
#if CAROUSEL_DOTTED_PRODUCTS
// By bf16_dot.h, where the processor has it.
struct DottedProducts {
  static constexpr int kRowsOfATile = kTileRows;
  static constexpr int Words(int inputs) { return PairsOf(inputs); }
  using Weights = PackedPanels;
  using OfManyRows = DottedProducts;

  class Inputs : public WordRows {
   public:
    Inputs(const RowsOfX& rows, std::ptrdiff_t count, int inputs)
        : WordRows(rows, count, PairsOf(inputs),
                   [inputs](const float* x, float* words) {
                     for (int k = 0; k + 1 < inputs; k += 2) {
                       words[k / 2] = Bf16Pair(x[k], x[k + 1]);
                     }
                     if (inputs % 2 != 0) {
                       words[inputs / 2] = Bf16Pair(x[inputs - 1], 0);
                     }
                   }) {}
  };

  template <int kRows, int kPanels, int kStride = 1>
  static HWY_INLINE void Sum(Tag d,
                             const float* const (&begin)[kRows * kPanels],
                             const float* HWY_RESTRICT weights, int words,
                             const float* const (&x)[kRows],
                             Sums<kRows * kPanels>& sums) {
    static_assert(kRows <= kMaxBf16Rows);
    constexpr std::size_t kPanel = kGates * 16;  // lanes of these targets
    HWY_ALIGN float memory[kRows * kPanels * kPanel];
    for (int i = 0; i < kRows * kPanels; ++i) {
      std::copy_n(begin[i], kPanel, memory + i * kPanel);
    }
    for (int p = 0; p < kPanels; ++p) {
      AddBf16Dots({.rows = kRows,
                   .pairs = words,
                   .weights = weights + p * words * kPanel,
                   .x = x,
                   .stride = kStride,
                   .sums = memory + p * kRows * kPanel});
    }
    const float* sum = memory;
    for (int i = 0; i < kRows * kPanels; ++i) {
      for (int g = 0; g < kGates; ++g, sum += kPanel / kGates) {
        sums[i][g] = hn::Load(d, sum);
      }
    }
  }

  using OfGradients = DottedProducts;
  static constexpr int kPair = 2;
  static float Word(float x, float next) { return Bf16Pair(x, next); }
  static HWY_INLINE Vector Word(Tag d, Vector x, Vector next) {
    return hn::BitCast(
        d, hn::Or(hn::ShiftRight<16>(Bf16Bits(d, x)), Bf16Bits(d, next)));
  }
};
#endif

}  // namespace carousel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#endif  // CAROUSEL_CORE_ENGINE_GATE_PRODUCTS_INL_H_
