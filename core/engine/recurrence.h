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

// `weights` is [gate row, inputs] row by row; the result is in the order that
// Project and Step read, [panel][input][gate][lane], aligned as `out` is.
void PackWeights(const GateKernels& kernels, const float* weights,
                 std::int64_t outputs, std::int64_t inputs, float* out);

// All [positions, ...] of the batch; `hidden` is the padded one.
struct RecurrenceArgs {
  const GateKernels* kernels = nullptr;
  const PackedBatch* batch = nullptr;
  std::int64_t hidden = 0;
  const float* weights = nullptr;  // of h, packed
  // [positions, 4 * hidden]: the maps of the inputs. With `keep`, the gates
  // stand there afterwards.
  float* gates = nullptr;
  float* h = nullptr;  // [positions, hidden], all of the outputs
  // [positions, hidden] with `keep`; null, and not wanted, without.
  float* c = nullptr;
  bool keep = false;  // for RunBack
};
void Run(const RecurrenceArgs& args, const ParallelFor& parallel);

// The way back over what Run kept.
struct RecurrenceBackArgs {
  const GateKernels* kernels = nullptr;
  const PackedBatch* batch = nullptr;
  std::int64_t hidden = 0;
  // Of h, turned: [hidden, gate row] row by row before it was packed.
  const float* turned_weights = nullptr;
  const float* c = nullptr;   // [positions, hidden]
  const float* dh = nullptr;  // [positions, hidden], from whatever reads h
  // [positions, 4 * hidden]: the gates; afterwards the gradients of the maps.
  float* gates = nullptr;
};
void RunBack(const RecurrenceBackArgs& args, const ParallelFor& parallel);

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_RECURRENCE_H_
