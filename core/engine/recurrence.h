// The recurrent part of one direction of a layer, over a packed batch: what no
// product over the whole sequence can do, since each step needs the one before.
// Free of torch; fused_kernel.h is where torch's tensors come in.
#ifndef CAROUSEL_CORE_ENGINE_RECURRENCE_H_
#define CAROUSEL_CORE_ENGINE_RECURRENCE_H_

#include <cstdint>
#include <vector>

#include "core/engine/gate_kernels.h"
#include "core/engine/packed_batch.h"
#include "core/engine/parallel_for.h"

namespace carousel {

// The numbers a unit has here: a multiple of four vectors, so that a row of h
// is made of whole panels on the way forward and of whole gate rows on the way
// back. Units that were added stay 0.
std::int64_t PaddedHidden(const GateKernels& kernels, std::int64_t hidden);

// Where a gate row's numbers come from: its j-th number is that of row
// GateRowSources[j] of the stacked gates (f, i, c, o; `hidden` rows each), -1
// for the units that were added. [4 * padded hidden]
std::vector<std::int64_t> GateRowSources(const GateKernels& kernels,
                                         std::int64_t hidden);
// What it is multiplied with: 1/2 for sigmoids, 1 for tanh (gate_kernels.h).
std::vector<float> GateRowScales(const GateKernels& kernels,
                                 std::int64_t hidden);

// `hidden` is the padded one, rows are those of the batch, positions those of
// the packed one.
struct RecurrenceArgs {
  const GateKernels* kernels = nullptr;
  const PackedBatch* batch = nullptr;
  std::int64_t hidden = 0;
  const float* weights = nullptr;  // of h, packed
  // [inputs, 4 * hidden]: what each input gives to the gates.
  const float* maps = nullptr;
  const std::int64_t* sources = nullptr;  // [positions]: the input of each
  // The state that each text begins with, [rows, hidden]; null: 0.
  const float* h_begin = nullptr;
  const float* c_begin = nullptr;
  float* h = nullptr;  // [positions, hidden], all of the outputs
  // For RunBack, [positions, 4 * hidden] and [positions, hidden]; both null
  // when nobody goes back.
  float* gates = nullptr;
  float* c = nullptr;
  // The cells that each text ends with, [rows, hidden]; may be null.
  float* c_last = nullptr;
};
void Run(const RecurrenceArgs& args, const ParallelFor& parallel);

// The way back over what Run kept.
struct RecurrenceBackArgs {
  const GateKernels* kernels = nullptr;
  const PackedBatch* batch = nullptr;
  std::int64_t hidden = 0;
  // Of h, turned: [hidden, gate row] row by row before it was packed.
  const float* turned_weights = nullptr;
  const float* c_begin = nullptr;  // as Run had it
  const float* c = nullptr;        // [positions, hidden]
  const float* dh = nullptr;       // [positions, hidden]: from what reads h
  const float* dc_last = nullptr;  // [rows, hidden]; null: 0
  // [positions, 4 * hidden]: the gates; afterwards the gradients of the maps.
  float* gates = nullptr;
  // Gradients of the state at the beginning, [rows, hidden]; both null when
  // they are not wanted.
  float* dh_begin = nullptr;
  float* dc_begin = nullptr;
};
void RunBack(const RecurrenceBackArgs& args, const ParallelFor& parallel);

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_RECURRENCE_H_
