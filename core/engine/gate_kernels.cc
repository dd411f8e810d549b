#include "core/engine/gate_kernels.h"

#include <hwy/cache_control.h>

#include <algorithm>
#include <cstdint>
#include <limits>

#include "core/engine/aligned_floats.h"

// Vectors stand in arrays here, which those of unknown size cannot.
#define HWY_DISABLED_TARGETS \
  (HWY_SVE | HWY_SVE2 | HWY_SVE_256 | HWY_SVE2_128 | HWY_RVV)
#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "core/engine/gate_kernels.cc"
#include "hwy/foreach_target.h"
// After foreach_target.h, as Highway wants it.
#include "core/engine/gate_functions-inl.h"
#include "core/engine/gate_products-inl.h"
#include "hwy/highway.h"

HWY_BEFORE_NAMESPACE();
namespace carousel::HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

// A tile of rows and panels, and which words of the inputs it sums up now.
struct TilePlace {
  const float* weights = nullptr;  // of the first panel, from the first word on
  int panel = 0;
  std::ptrdiff_t row = 0;
  int first_word = 0;
  int words = 0;
};

// Words that are summed up before the next tile comes: a panel's weights for
// them stay in the first cache while all rows meet them.
constexpr int kBlockWords = 128;

// Not inlined: the compiler would take the constants of the gates' functions
// out of the loop over tiles and leave too few registers for the sums.
template <typename Products, int kRows, int kPanels>
struct ProjectTile {
  static HWY_NOINLINE void Run(const ProjectArgs& args,
                               const typename Products::Inputs& inputs,
                               const TilePlace& place) {
    const Tag d;
    const std::size_t lanes = hn::Lanes(d);
    const std::size_t width = kGates * lanes;
    const float* x[kRows];
    for (int r = 0; r < kRows; ++r) {
      x[r] = inputs[place.row + r] + place.first_word;
    }
    const float* begin[kRows * kPanels];
    float* out[kRows * kPanels];
    for (int i = 0; i < kRows * kPanels; ++i) {
      const std::size_t at = (place.panel + i / kRows) * width;
      out[i] = args.out[place.row + i % kRows] + at;
      begin[i] = place.first_word == 0 ? args.bias + at : out[i];
    }
    Sums<kRows * kPanels> sums;
    Products::template Sum<kRows, kPanels>(d, begin, place.weights, place.words,
                                           x, sums);
    for (int i = 0; i < kRows * kPanels; ++i) {
      for (int g = 0; g < kGates; ++g) {
        hn::Store(sums[i][g], d, out[i] + g * lanes);
      }
    }
  }
};

// The functions of the gates of one text and one panel, and its new state.
HWY_INLINE void FinishStep(Tag d, const StepArgs& args, int panel,
                           std::ptrdiff_t row, const Vector (&sums)[kGates]) {
  const auto lanes = static_cast<std::ptrdiff_t>(hn::Lanes(d));
  const std::ptrdiff_t at = row * args.hidden + panel * lanes;
  const Vector f = HalvedSigmoid(d, sums[0]);
  const Vector i = HalvedSigmoid(d, sums[1]);
  const Vector candidate = Tanh(d, sums[2]);
  const Vector o = HalvedSigmoid(d, sums[3]);
  const Vector c =
      hn::MulAdd(f, hn::Load(d, args.c + at), hn::Mul(i, candidate));
  hn::Store(c, d, args.c_out + at);
  hn::Store(hn::Mul(o, Tanh(d, c)), d, args.h_out + at);
  if (args.gates != nullptr) {
    const Vector gates[kGates] = {f, i, candidate, o};
    float* const kept = args.gates[row] + panel * kGates * lanes;
    for (int g = 0; g < kGates; ++g) {
      float* const to = kept + g * lanes;
      args.gates_bypass_caches ? hn::Stream(gates[g], d, to)
                               : hn::Store(gates[g], d, to);
    }
  }
}

template <typename Products, int kRows, int kPanels>
struct StepTile {
  static HWY_NOINLINE void Run(const StepArgs& args,
                               const typename Products::Inputs& inputs,
                               const TilePlace& place) {
    const Tag d;
    const std::size_t width = kGates * hn::Lanes(d);
    const float* maps[kRows * kPanels];
    const float* h[kRows];
    for (int r = 0; r < kRows; ++r) h[r] = inputs[place.row + r];
    for (int i = 0; i < kRows * kPanels; ++i) {
      maps[i] =
          args.maps[place.row + i % kRows] + (place.panel + i / kRows) * width;
    }
    // A row of maps may be a word's, anywhere in a large table, of which no
    // processor guesses the next panel.
    const std::ptrdiff_t next = (args.last_first ? -kPanels : kPanels) *
                                static_cast<std::ptrdiff_t>(width);
    for (const float* const now : maps) {
      hwy::Prefetch(now + next);
      hwy::Prefetch(now + next + width / 2);
    }
    Sums<kRows * kPanels> sums;
    Products::template Sum<kRows, kPanels>(d, maps, place.weights, place.words,
                                           h, sums);
    for (int i = 0; i < kRows * kPanels; ++i) {
      FinishStep(d, args, place.panel + i / kRows, place.row + i % kRows,
                 sums[i]);
    }
  }
};

// The rows that are left when whole tiles are done, fewer than kRows + 1.
template <template <typename, int, int> class Tile, typename Products,
          int kRows, typename Args>
HWY_INLINE void RunRest(const Args& args,
                        const typename Products::Inputs& inputs,
                        const TilePlace& place) {
  if constexpr (kRows > 0) {
    if (args.rows - place.row == kRows) {
      return Tile<Products, kRows, 1>::Run(args, inputs, place);
    }
    RunRest<Tile, Products, kRows - 1>(args, inputs, place);
  }
}

// All rows meet the panel and the words of `place`.
template <template <typename, int, int> class Tile, typename Products,
          typename Args>
void ForEachTile(const Args& args, const typename Products::Inputs& inputs,
                 TilePlace place) {
  constexpr int kRows = Products::kRowsOfATile;
  for (place.row = 0; place.row + kRows <= args.rows; place.row += kRows) {
    Tile<Products, kRows, 1>::Run(args, inputs, place);
  }
  RunRest<Tile, Products, kRows - 1>(args, inputs, place);
}

// `visit` each panel from `first` on, or each group of some.
template <typename Args, typename Visit>
HWY_INLINE void InOrder(const Args& args, int first, int step, Visit visit) {
  const int count = (args.end_panel - first) / step;
  for (int i = 0; i < count; ++i) {
    visit(first + (args.last_first ? count - 1 - i : i) * step);
  }
}

template <template <typename, int, int> class Tile, typename Products,
          typename Args>
void ForEachPanel(const Args& args, const RowsOfX& x, int inputs_of_row,
                  int block_words) {
  const int words = Products::Words(inputs_of_row);
  const typename Products::Inputs inputs(x, args.rows, inputs_of_row);
  const typename Products::Weights weights(args.weights, words);
  const std::size_t width = kGates * hn::Lanes(Tag());
  InOrder(args, args.first_panel, 1, [&](int panel) {
    const float* const of_panel = weights.Panel(panel);
    for (int first = 0; first < words; first += block_words) {
      ForEachTile<Tile, Products>(
          args, inputs,
          {.weights = of_panel + first * width,
           .panel = panel,
           .first_word = first,
           .words = std::min(block_words, words - first)});
    }
  });
}

template <template <typename, int, int> class Tile, typename Products,
          typename Args>
void ForOneRow(const Args& args, const RowsOfX& x, int inputs_of_row) {
  const int words = Products::Words(inputs_of_row);
  const typename Products::Inputs inputs(x, 1, inputs_of_row);
  const typename Products::Weights weights(args.weights, words);
  const auto place = [&](int panel) {
    return TilePlace{
        .weights = weights.Panel(panel), .panel = panel, .words = words};
  };
  // Those that make no pair, at the beginning.
  const int alone = (args.end_panel - args.first_panel) % kPanelsOfARow;
  const int first = args.first_panel + alone;
  for (int panel = args.first_panel; panel < first; ++panel) {
    Tile<Products, 1, 1>::Run(args, inputs, place(panel));
  }
  InOrder(args, first, kPanelsOfARow, [&](int panel) {
    Tile<Products, 1, kPanelsOfARow>::Run(args, inputs, place(panel));
  });
}

// In blocks of `block_words` where there are many rows.
template <template <typename, int, int> class Tile, typename Products,
          typename Args>
void ForAllRows(const Args& args, const RowsOfX& x, int inputs,
                int block_words) {
  constexpr std::ptrdiff_t kFewRows = std::ptrdiff_t{2} * kTileRows;
  if (args.rows == 1) return ForOneRow<Tile, Products>(args, x, inputs);
  if (args.rows <= kFewRows) {
    return ForEachPanel<Tile, Products>(args, x, inputs,
                                        Products::Words(inputs));
  }
  ForEachPanel<Tile, typename Products::OfManyRows>(args, x, inputs,
                                                    block_words);
}

template <typename Products>
void Project(const ProjectArgs& args) {
  ForAllRows<ProjectTile, Products>(args, {.each = args.x}, args.inputs,
                                    kBlockWords);
}

template <typename Products>
void Step(const StepArgs& args) {
  ForAllRows<StepTile, Products>(
      args, {.first = args.h, .stride = args.hidden}, args.hidden,
      /*block_words=*/std::numeric_limits<int>::max());
  // Before another thread is told that they are there.
  if (args.gates_bypass_caches) hwy::FlushStream();
}

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

// The chunk's factors, in words of `Products::kPair` positions.
struct GradientChunk {
  int words = 0;
  // [tile][word][input of the tile]: what a tile meets lies in the order in
  // which it does. Zeros fill up the last tile.
  AlignedFloats x;
  AlignedFloats panel_maps;  // [word][gate][lane]
};

// What a tile of inputs adds to its rows of the gradient.
template <typename Products>
HWY_NOINLINE void AddGradientTile(const WeightGradientArgs& args, int panel,
                                  int tile,
                                  const float* const (&begin)[kTileRows],
                                  const GradientChunk& chunk) {
  const Tag d;
  const std::size_t lanes = hn::Lanes(d);
  const float* x[kTileRows];
  for (int r = 0; r < kTileRows; ++r) {
    x[r] = chunk.x.get() + tile * kTileRows * (kChunk / Products::kPair) + r;
  }
  Sums<kTileRows> sums;
  Products::template Sum<kTileRows, 1, kTileRows>(
      d, begin, chunk.panel_maps.get(), chunk.words, x, sums);
  const int first = tile * kTileRows;
  const int rows = std::min(kTileRows, args.inputs - first);
  for (int r = 0; r < rows; ++r) {
    float* const row =
        args.gradient + (first + r) * args.gate_row + panel * kGates * lanes;
    for (int g = 0; g < kGates; ++g) {
      float* const at = row + g * lanes;
      hn::Store(hn::Add(hn::Load(d, at), sums[r][g]), d, at);
    }
  }
}

// Some positions of x to [tile][word][input of the tile].
template <typename Products>
void TakeInputs(const float* const* x, int positions, int inputs, float* out) {
  constexpr int kPair = Products::kPair;
  constexpr int kTile = kTileRows * (kChunk / kPair);
  const AlignedFloats zeros = Zeros(inputs);
  for (int p = 0; p < positions; p += kPair) {
    const float* const now = x[p];
    const float* const next =
        p + kPair <= positions ? x[p + kPair - 1] : zeros.get();
    float* to = out + std::ptrdiff_t{p / kPair} * kTileRows;
    int k = 0;
    for (; k + kTileRows <= inputs; k += kTileRows, to += kTile) {
      for (int r = 0; r < kTileRows; ++r) {
        to[r] = Products::Word(now[k + r], next[k + r]);
      }
    }
    for (int r = 0; k + r < inputs; ++r) {
      to[r] = Products::Word(now[k + r], next[k + r]);
    }
  }
}

// A panel of the maps of some positions.
template <typename Products>
void TakePanel(const float* const* d_maps, int positions, std::size_t first,
               float* panel_maps) {
  const Tag d;
  const std::size_t lanes = hn::Lanes(d);
  constexpr int kPair = Products::kPair;
  // Gate rows are a page or so apart, which no processor guesses.
  constexpr int kAhead = 16;
  for (int p = 0; p < positions; p += kPair) {
    if (p + kAhead < positions) {
      hwy::Prefetch(d_maps[p + kAhead] + first);
      hwy::Prefetch(d_maps[p + kAhead] + first + kGates * lanes / 2);
    }
    for (int g = 0; g < kGates; ++g) {
      const std::size_t at = first + g * lanes;
      const Vector maps = hn::Load(d, d_maps[p] + at);
      const Vector next = p + kPair <= positions
                              ? hn::Load(d, d_maps[p + kPair - 1] + at)
                              : hn::Zero(d);
      hn::Store(Products::Word(d, maps, next), d, panel_maps);
      panel_maps += lanes;
    }
  }
}

// The sums of a chunk of positions stay in registers, and are then added.
template <typename Products>
void AddWeightGradient(const WeightGradientArgs& args) {
  const std::size_t width = kGates * hn::Lanes(Tag());
  const int tiles = (args.inputs + kTileRows - 1) / kTileRows;
  GradientChunk chunk = {
      .x = Zeros(static_cast<std::int64_t>(tiles) * kTileRows * kChunk),
      .panel_maps = AllocateFloats(kChunk * width)};
  const AlignedFloats zeros = Zeros(width);
  const float* begin[kTileRows];
  for (const float*& row : begin) row = zeros.get();
  for (std::ptrdiff_t first = 0; first < args.positions; first += kChunk) {
    const int count = static_cast<int>(
        std::min<std::ptrdiff_t>(kChunk, args.positions - first));
    chunk.words = (count + Products::kPair - 1) / Products::kPair;
    TakeInputs<Products>(args.x + first, count, args.inputs, chunk.x.get());
    for (int panel = args.first_panel; panel < args.end_panel; ++panel) {
      TakePanel<Products>(args.d_maps + first, count, panel * width,
                          chunk.panel_maps.get());
      for (int tile = 0; tile < tiles; ++tile) {
        AddGradientTile<Products>(args, panel, tile, begin, chunk);
      }
    }
  }
}

template <typename Products>
GateKernels KernelsOf(Precision precision) {
  return {
      .target = hwy::TargetName(HWY_TARGET),
      .precision = precision,
      .lanes = static_cast<int>(hn::Lanes(Tag())),
      .project = Project<Products>,
      .step = Step<Products>,
      .step_back = StepBack,
      .add_weight_gradient = AddWeightGradient<typename Products::OfGradients>};
}

// The fastest first.
std::vector<GateKernels> KernelsOfTarget() {
  std::vector<GateKernels> kernels = {KernelsOf<F32Products>(Precision::kF32)};
#if CAROUSEL_DOTTED_PRODUCTS
  if (HasBf16Dot()) {
    kernels.push_back(KernelsOf<DottedProducts>(Precision::kBf16));
    kernels.back().target =
        HWY_TARGET == HWY_AVX3_DL ? "AVX3_DL_BF16" : "AVX3_BF16";
  }
#endif
  kernels.push_back(KernelsOf<WidenedProducts>(Precision::kBf16));
  return kernels;
}

}  // namespace carousel::HWY_NAMESPACE
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace carousel {
namespace {

HWY_EXPORT(KernelsOfTarget);

std::vector<GateKernels> MakeKernels() {
  std::vector<GateKernels> all;
  // Highway numbers its targets so that the better one is the smaller bit.
  for (const std::int64_t target : hwy::SupportedAndGeneratedTargets()) {
    hwy::GetChosenTarget().Update(target);
    for (const GateKernels& kernels : HWY_DYNAMIC_DISPATCH(KernelsOfTarget)()) {
      all.push_back(kernels);
    }
  }
  hwy::GetChosenTarget().DeInit();
  return all;
}

}  // namespace

const std::vector<GateKernels>& AllGateKernels() {
  static const std::vector<GateKernels> kernels = MakeKernels();
  return kernels;
}

const GateKernels& BestGateKernels(Precision precision) {
  return *std::find_if(AllGateKernels().begin(), AllGateKernels().end(),
                       [precision](const GateKernels& kernels) {
                         return kernels.precision == precision;
                       });
}

}  // namespace carousel
#endif  // HWY_ONCE
