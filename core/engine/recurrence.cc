#include "core/engine/recurrence.h"

#include <algorithm>
#include <cstddef>

#include "core/engine/aligned_floats.h"

namespace carousel {
namespace {

constexpr std::int64_t kGates = 4;

// Rows of a matrix one after the other.
template <typename T>
std::vector<T*> RowPointers(T* first, std::int64_t rows, std::int64_t stride) {
  std::vector<T*> pointers(rows);
  for (std::int64_t row = 0; row < rows; ++row) {
    pointers[row] = first + row * stride;
  }
  return pointers;
}

// The shard's rows of `state`, [rows of the batch, hidden], one after the
// other; zeros when there is none.
AlignedFloats RowsOf(const PackedShard& shard, std::int64_t hidden,
                     const float* state) {
  AlignedFloats rows = Zeros(shard.live.front() * hidden);
  for (std::int64_t i = 0; state != nullptr && i < shard.live.front(); ++i) {
    std::copy_n(state + shard.rows[i] * hidden, hidden,
                rows.get() + i * hidden);
  }
  return rows;
}

// The other way round, rows from `first` on, if it is wanted.
void PutRows(const PackedShard& shard, std::int64_t hidden, const float* rows,
             std::int64_t first, std::int64_t end, float* state) {
  for (std::int64_t i = first; state != nullptr && i < end; ++i) {
    std::copy_n(rows + i * hidden, hidden, state + shard.rows[i] * hidden);
  }
}

std::int64_t LiveAfter(const PackedShard& shard, std::int64_t step) {
  return step + 1 < shard.steps() ? shard.live[step + 1] : 0;
}

// What is kept of so many gates is no longer in a cache on the way back.
constexpr std::int64_t kFloatsOfCaches = std::int64_t{2} << 20;
std::int64_t GateFloats(const RecurrenceArgs& args) {
  return args.gates == nullptr ? 0
                               : args.batch->positions * kGates * args.hidden;
}

void RunShard(const RecurrenceArgs& args, const PackedShard& shard) {
  const std::int64_t hidden = args.hidden;
  const AlignedFloats h_begin = RowsOf(shard, hidden, args.h_begin);
  const AlignedFloats c_begin = RowsOf(shard, hidden, args.c_begin);
  std::vector<const float*> maps(shard.live.front());
  StepArgs step{.weights = args.weights,
                .hidden = static_cast<int>(hidden),
                .end_panel = static_cast<int>(hidden) / args.kernels->lanes,
                .maps = maps.data(),
                .h = h_begin.get(),
                .c = c_begin.get(),
                .c_out = c_begin.get(),
                .gates_bypass_caches = GateFloats(args) > kFloatsOfCaches};
  for (std::int64_t t = 0; t < shard.steps(); ++t) {
    const std::int64_t begin = shard.begin[t];
    step.rows = shard.live[t];
    for (std::int64_t i = 0; i < step.rows; ++i) {
      maps[i] = args.maps + args.sources[begin + i] * kGates * hidden;
    }
    std::vector<float*> gates;
    if (args.gates != nullptr) {
      gates = RowPointers(args.gates + begin * kGates * hidden, step.rows,
                          kGates * hidden);
      step.gates = gates.data();
      step.c_out = args.c + begin * hidden;
    }
    step.h_out = args.h + begin * hidden;
    step.last_first = t % 2 != 0;
    args.kernels->step(step);
    step.h = step.h_out;
    step.c = step.c_out;
    PutRows(shard, hidden, step.c_out, LiveAfter(shard, t), step.rows,
            args.c_last);
  }
}

void RunShardBack(const RecurrenceBackArgs& args, const PackedShard& shard) {
  const std::int64_t hidden = args.hidden;
  const std::int64_t rows = shard.live.front();
  const AlignedFloats zeros = Zeros(kGates * hidden);
  const AlignedFloats c_begin = RowsOf(shard, hidden, args.c_begin);
  // What comes from the next step. Rows whose texts have not begun yet, seen
  // from the end, keep what they begin with.
  const AlignedFloats dh_later = Zeros(rows * hidden);
  const AlignedFloats dc = RowsOf(shard, hidden, args.dc_last);
  const std::vector<float*> later = RowPointers(dh_later.get(), rows, hidden);
  for (std::int64_t t = shard.steps() - 1; t >= 0; --t) {
    const std::int64_t begin = shard.begin[t];
    const std::vector<float*> gates = RowPointers(
        args.gates + begin * kGates * hidden, shard.live[t], kGates * hidden);
    args.kernels->step_back(
        {.hidden = static_cast<int>(hidden),
         .rows = shard.live[t],
         .c = t == 0 ? c_begin.get() : args.c + shard.begin[t - 1] * hidden,
         .c_out = args.c + begin * hidden,
         .dh_out = args.dh + begin * hidden,
         .dh_later = dh_later.get(),
         .dc = dc.get(),
         .gates = gates.data()});
    if (t == 0 && args.dh_begin == nullptr) break;
    args.kernels->project(
        {.weights = args.turned_weights,
         .bias = zeros.get(),
         .inputs = static_cast<int>(kGates * hidden),
         .end_panel = static_cast<int>(hidden / (kGates * args.kernels->lanes)),
         .last_first = t % 2 != 0,
         .rows = shard.live[t],
         .x = gates.data(),
         .out = later.data()});
  }
  PutRows(shard, hidden, dh_later.get(), 0, rows, args.dh_begin);
  PutRows(shard, hidden, dc.get(), 0, rows, args.dc_begin);
}

}  // namespace

std::int64_t PaddedHidden(const GateKernels& kernels, std::int64_t hidden) {
  const std::int64_t width = kGates * kernels.lanes;
  return (hidden + width - 1) / width * width;
}

std::vector<std::int64_t> GateRowSources(const GateKernels& kernels,
                                         std::int64_t hidden) {
  const std::int64_t lanes = kernels.lanes;
  const std::int64_t padded = PaddedHidden(kernels, hidden);
  std::vector<std::int64_t> sources;
  sources.reserve(kGates * padded);
  for (std::int64_t first = 0; first < padded; first += lanes) {
    for (std::int64_t gate = 0; gate < kGates; ++gate) {
      for (std::int64_t unit = first; unit < first + lanes; ++unit) {
        sources.push_back(unit < hidden ? gate * hidden + unit : -1);
      }
    }
  }
  return sources;
}

std::vector<float> GateRowScales(const GateKernels& kernels,
                                 std::int64_t hidden) {
  constexpr std::int64_t kCandidate = 2;
  std::vector<float> scales(kGates * PaddedHidden(kernels, hidden));
  for (std::size_t j = 0; j < scales.size(); ++j) {
    const auto gate = static_cast<std::int64_t>(j) / kernels.lanes % kGates;
    scales[j] = gate == kCandidate ? 1.0F : 0.5F;
  }
  return scales;
}

void Run(const RecurrenceArgs& args, const ParallelFor& parallel) {
  parallel(static_cast<int>(args.batch->shards.size()),
           [&](int shard) { RunShard(args, args.batch->shards[shard]); });
}

void RunBack(const RecurrenceBackArgs& args, const ParallelFor& parallel) {
  parallel(static_cast<int>(args.batch->shards.size()),
           [&](int shard) { RunShardBack(args, args.batch->shards[shard]); });
}

}  // namespace carousel
