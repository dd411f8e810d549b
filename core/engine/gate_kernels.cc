#include "core/engine/gate_kernels.h"

#include <hwy/cache_control.h>

#include <algorithm>
#include <cstdint>

#include "core/engine/aligned_floats.h"

// Vectors stand in arrays here, which those of unknown size cannot.
#define HWY_DISABLED_TARGETS \
  (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/engine/gate_kernels.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h, as Highway wants it.
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace carousel::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

using Tag = hn::CappedTag<float, 16>;
using Vector = hn::Vec<Tag>;

constexpr int kGates = 4;

// Texts that are worked on at once: their 4 sums each stay in registers, with
// room for a weight and an input. 32 registers, or 16.
#if HWY_TARGET == HWY_AVX2 || HWY_TARGET == HWY_SSE4 ||    \
    HWY_TARGET == HWY_SSSE3 || HWY_TARGET == HWY_EMU128 || \
    HWY_TARGET == HWY_SCALAR
constexpr int kTileRows = 3;
#else
constexpr int kTileRows = 6;
#endif

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

// sums[r] = begin[r] + x[r] * weights, a panel's. In order of k, one
// multiply-add at a time: that is what makes a row the same whatever tile it is
// in.
template <int kRows>
HWY_INLINE void Sum(Tag d, const float* const (&begin)[kRows],
                    const float* HWY_RESTRICT weights, int inputs,
                    const float* const (&x)[kRows],
                    Vector (&sums)[kRows][kGates]) {
  const std::size_t lanes = hn::Lanes(d);
  for (int r = 0; r < kRows; ++r) {
    for (int g = 0; g < kGates; ++g) {
      sums[r][g] = hn::Load(d, begin[r] + g * lanes);
    }
  }
  // The loop's own bookkeeping would take turns from the products.
  HWY_UNROLL(4)
  for (int k = 0; k < inputs; ++k) {
    Vector inputs_k[kRows];
    for (int r = 0; r < kRows; ++r) inputs_k[r] = hn::Set(d, x[r][k]);
    for (int g = 0; g < kGates; ++g) {
      const Vector weight = hn::Load(d, weights + g * lanes);
      for (int r = 0; r < kRows; ++r) {
        sums[r][g] = hn::MulAdd(inputs_k[r], weight, sums[r][g]);
      }
    }
    weights += kGates * lanes;
  }
}

// Not inlined: the compiler would take the constants of the gates' functions
// out of the loop over tiles and leave too few registers for the sums.
template <int kRows>
struct ProjectTile {
  static HWY_NOINLINE void Run(const ProjectArgs& args, int panel,
                               std::ptrdiff_t row) {
    const Tag d;
    const std::size_t lanes = hn::Lanes(d);
    const std::size_t width = kGates * lanes;
    const float* bias[kRows];
    const float* x[kRows];
    for (int r = 0; r < kRows; ++r) {
      bias[r] = args.bias + panel * width;
      x[r] = args.x[row + r];
    }
    Vector sums[kRows][kGates];
    Sum<kRows>(d, bias, args.weights + panel * width * args.inputs, args.inputs,
               x, sums);
    for (int r = 0; r < kRows; ++r) {
      for (int g = 0; g < kGates; ++g) {
        hn::Store(sums[r][g], d, args.out[row + r] + panel * width + g * lanes);
      }
    }
  }
};

template <int kRows>
struct StepTile {
  static HWY_NOINLINE void Run(const StepArgs& args, int panel,
                               std::ptrdiff_t row) {
    const Tag d;
    const std::size_t lanes = hn::Lanes(d);
    const std::size_t width = kGates * lanes;
    const float* maps[kRows];
    const float* h[kRows];
    for (int r = 0; r < kRows; ++r) {
      maps[r] = args.maps[row + r] + panel * width;
      h[r] = args.h + (row + r) * args.hidden;
    }
    // A row of maps may be a word's, anywhere in a large table, of which no
    // processor guesses the next panel.
    for (int r = 0; r < kRows; ++r) {
      hwy::Prefetch(maps[r] + width);
      hwy::Prefetch(maps[r] + width + width / 2);
    }
    Vector sums[kRows][kGates];
    Sum<kRows>(d, maps, args.weights + panel * width * args.hidden, args.hidden,
               h, sums);
    for (int r = 0; r < kRows; ++r) {
      const std::ptrdiff_t at =
          (row + r) * args.hidden + panel * static_cast<std::ptrdiff_t>(lanes);
      const Vector f = HalvedSigmoid(d, sums[r][0]);
      const Vector i = HalvedSigmoid(d, sums[r][1]);
      const Vector candidate = Tanh(d, sums[r][2]);
      const Vector o = HalvedSigmoid(d, sums[r][3]);
      const Vector c =
          hn::MulAdd(f, hn::Load(d, args.c + at), hn::Mul(i, candidate));
      hn::Store(c, d, args.c_out + at);
      hn::Store(hn::Mul(o, Tanh(d, c)), d, args.h_out + at);
      if (args.gates != nullptr) {
        float* const kept = args.gates[row + r] + panel * width;
        hn::Store(f, d, kept);
        hn::Store(i, d, kept + lanes);
        hn::Store(candidate, d, kept + 2 * lanes);
        hn::Store(o, d, kept + 3 * lanes);
      }
    }
  }
};

// The rows that are left when whole tiles are done, fewer than kRows + 1.
template <template <int> class Tile, int kRows, typename Args>
HWY_INLINE void RunRest(const Args& args, int panel, std::ptrdiff_t row) {
  if constexpr (kRows > 0) {
    if (args.rows - row == kRows) return Tile<kRows>::Run(args, panel, row);
    RunRest<Tile, kRows - 1>(args, panel, row);
  }
}

// A panel's weights stay in the cache while all rows meet them.
template <template <int> class Tile, typename Args>
HWY_INLINE void ForEachTile(const Args& args) {
  for (int panel = args.first_panel; panel < args.end_panel; ++panel) {
    std::ptrdiff_t row = 0;
    for (; row + kTileRows <= args.rows; row += kTileRows) {
      Tile<kTileRows>::Run(args, panel, row);
    }
    RunRest<Tile, kTileRows - 1>(args, panel, row);
  }
}

void Project(const ProjectArgs& args) { ForEachTile<ProjectTile>(args); }

void Step(const StepArgs& args) { ForEachTile<StepTile>(args); }

// With a sigmoid s of twice the map, ds = 2 s (1 - s) dmap; with a tanh t,
// dt = (1 - t * t) dmap.
void StepBack(const StepBackArgs& args) {
  const Tag d;
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t width = kGates * lanes;
  const Vector one = hn::Set(d, 1.0F);
  const auto sigmoid_slope = [&](Vector s) {
    return hn::Mul(hn::Add(s, s), hn::Sub(one, s));
  };
  const auto tanh_slope = [&](Vector t) { return hn::NegMulAdd(t, t, one); };
  const auto panels = args.hidden / static_cast<std::ptrdiff_t>(lanes);
  for (std::ptrdiff_t row = 0; row < args.rows; ++row) {
    for (std::ptrdiff_t panel = 0; panel < panels; ++panel) {
      const std::ptrdiff_t at =
          row * args.hidden + panel * static_cast<std::ptrdiff_t>(lanes);
      float* const gates = args.gates[row] + panel * width;
      const Vector f = hn::Load(d, gates);
      const Vector i = hn::Load(d, gates + lanes);
      const Vector candidate = hn::Load(d, gates + 2 * lanes);
      const Vector o = hn::Load(d, gates + 3 * lanes);
      const Vector shown = Tanh(d, hn::Load(d, args.c_out + at));
      const Vector dh = hn::Add(hn::LoadU(d, args.dh_out + at),
                                hn::Load(d, args.dh_later + at));
      const Vector dc = hn::MulAdd(hn::Mul(dh, o), tanh_slope(shown),
                                   hn::Load(d, args.dc + at));
      hn::Store(hn::Mul(dc, f), d, args.dc + at);
      const Vector df = hn::Mul(dc, hn::Load(d, args.c + at));
      hn::Store(hn::Mul(df, sigmoid_slope(f)), d, gates);
      hn::Store(hn::Mul(hn::Mul(dc, candidate), sigmoid_slope(i)), d,
                gates + lanes);
      hn::Store(hn::Mul(hn::Mul(dc, i), tanh_slope(candidate)), d,
                gates + 2 * lanes);
      hn::Store(hn::Mul(hn::Mul(dh, shown), sigmoid_slope(o)), d,
                gates + 3 * lanes);
    }
  }
}

// Positions that are summed up at a time: a panel of their maps, and what of x
// a tile takes of them, fit into the first cache.
constexpr int kChunk = 128;

// `turned` is [inputs, kChunk], `panel_maps` [positions, panel].
HWY_NOINLINE void AddGradientTile(const WeightGradientArgs& args, int panel,
                                  int first_input, int positions,
                                  const float* const (&begin)[kTileRows],
                                  const float* panel_maps,
                                  const float* turned) {
  const Tag d;
  const std::size_t lanes = hn::Lanes(d);
  const float* x[kTileRows];
  for (int r = 0; r < kTileRows; ++r) {
    x[r] = turned + (first_input + r) * kChunk;
  }
  Vector sums[kTileRows][kGates];
  Sum<kTileRows>(d, begin, panel_maps, positions, x, sums);
  const int rows = std::min(kTileRows, args.inputs - first_input);
  for (int r = 0; r < rows; ++r) {
    float* const row = args.gradient + (first_input + r) * args.gate_row +
                       panel * kGates * lanes;
    for (int g = 0; g < kGates; ++g) {
      float* const at = row + g * lanes;
      hn::Store(hn::Add(hn::Load(d, at), sums[r][g]), d, at);
    }
  }
}

// x[p][k] to turned[k * kChunk + p] for some positions, in blocks that stay in
// the first cache.
void Turn(const float* const* x, int positions, int inputs, float* turned) {
  constexpr int kBlock = 8;
  for (int p = 0; p < positions; p += kBlock) {
    const int end = std::min(positions, p + kBlock);
    for (int k = 0; k < inputs; ++k) {
      for (int i = p; i < end; ++i) turned[k * kChunk + i] = x[i][k];
    }
  }
}

// The sums of a chunk of positions stay in registers, and are then added.
void AddWeightGradient(const WeightGradientArgs& args) {
  const Tag d;
  const std::size_t lanes = hn::Lanes(d);
  const std::size_t width = kGates * lanes;
  const int tiles = (args.inputs + kTileRows - 1) / kTileRows;
  // Rows of zeros fill up the last tile.
  const AlignedFloats turned =
      Zeros(static_cast<std::int64_t>(tiles) * kTileRows * kChunk);
  const AlignedFloats panel_maps = AllocateFloats(kChunk * width);
  const AlignedFloats zeros = Zeros(width);
  const float* begin[kTileRows];
  for (const float*& row : begin) row = zeros.get();
  for (std::ptrdiff_t first = 0; first < args.positions; first += kChunk) {
    const int count = static_cast<int>(
        std::min<std::ptrdiff_t>(kChunk, args.positions - first));
    Turn(args.x + first, count, args.inputs, turned.get());
    for (int panel = args.first_panel; panel < args.end_panel; ++panel) {
      for (int p = 0; p < count; ++p) {
        const float* const maps = args.d_maps[first + p] + panel * width;
        for (int g = 0; g < kGates; ++g) {
          hn::Store(hn::Load(d, maps + g * lanes), d,
                    panel_maps.get() + p * width + g * lanes);
        }
      }
      for (int tile = 0; tile < tiles; ++tile) {
        AddGradientTile(args, panel, tile * kTileRows, count, begin,
                        panel_maps.get(), turned.get());
      }
    }
  }
}

int Lanes() { return static_cast<int>(hn::Lanes(Tag())); }

}  // namespace carousel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace carousel {
namespace {

HWY_EXPORT(Project);
HWY_EXPORT(Step);
HWY_EXPORT(StepBack);
HWY_EXPORT(AddWeightGradient);
HWY_EXPORT(Lanes);

std::vector<GateKernels> MakeKernels() {
  std::vector<GateKernels> kernels;
  // Highway numbers its targets so that the better one is the smaller bit.
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::GetChosenTarget().Update(target);
    kernels.push_back(
        {.target = hwy::TargetName(target),
         .lanes = HWY_DYNAMIC_DISPATCH(Lanes)(),
         .project = HWY_DYNAMIC_DISPATCH(Project),
         .step = HWY_DYNAMIC_DISPATCH(Step),
         .step_back = HWY_DYNAMIC_DISPATCH(StepBack),
         .add_weight_gradient = HWY_DYNAMIC_DISPATCH(AddWeightGradient)});
  }
  hwy::GetChosenTarget().DeInit();
  return kernels;
}

}  // namespace

const std::vector<GateKernels>& AllGateKernels() {
  static const std::vector<GateKernels> kernels = MakeKernels();
  return kernels;
}

const GateKernels& BestGateKernels() { return AllGateKernels().front(); }

}  // namespace carousel
#endif  // HWY_ONCE
