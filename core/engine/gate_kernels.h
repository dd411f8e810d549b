// The inner loops of the engine: what of an LSTM takes time, for the vector
// unit of the processor at hand (Highway, chosen when the program runs).
//
// The maps of the four gates are one matrix product followed by the gates'
// functions; both are done here in one go, a panel of hidden units at a time,
// so that the product never leaves the registers:
//
//   a panel    `lanes` hidden units, one vector register wide
//   a gate row a token's or step's maps before the functions, 4 * hidden
//              numbers as [panel][gate f, i, c, o][lane]
//   weights    [panel][input k][gate][lane], so that the numbers that meet
//              input k lie side by side, and the loop over k reads them in
//              order; in bf16 [panel][pair of inputs][gate][lane], two numbers
//              in the space of one (Bf16Pair, bf16.h). PackWeights makes them
//
// In bf16 both factors of every product are rounded to bfloat16, the weights
// when they are packed, the others here; sums and all functions are f32.
//
// All of them begin at a multiple of a vector's bytes, but x and dh_out.
//
// The rows of f, i and o are halved when they are packed, exactly, since
// sigmoid(x) = (1 + tanh(x / 2)) / 2: one function then serves all gates.
#ifndef CAROUSEL_CORE_ENGINE_GATE_KERNELS_H_
#define CAROUSEL_CORE_ENGINE_GATE_KERNELS_H_

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/engine/precision.h"

namespace carousel {

// Some panels of gate rows: out[r] = bias + x[r] * W.
struct ProjectArgs {
  const float* weights = nullptr;  // all panels
  const float* bias = nullptr;     // a gate row
  int inputs = 0;                  // numbers of x[r]
  int first_panel = 0;
  int end_panel = 0;
  bool last_first = false;  // the order of panels
  std::ptrdiff_t rows = 0;
  const float* const* x = nullptr;  // [rows], each [inputs]
  float* const* out = nullptr;      // [rows], each a gate row
};

// One step of some panels of `rows` texts: h and c after it from those before.
struct StepArgs {
  const float* weights = nullptr;  // of h, all panels
  int hidden = 0;                  // a multiple of lanes
  int first_panel = 0;
  int end_panel = 0;
  bool last_first = false;  // the order of panels
  std::ptrdiff_t rows = 0;
  const float* const* maps = nullptr;  // [rows], each a gate row: what x gives
  const float* h = nullptr;            // [rows, hidden], before
  const float* c = nullptr;            // [rows, hidden], before
  float* h_out = nullptr;              // [rows, hidden], after; not h
  float* c_out = nullptr;              // [rows, hidden], after; c will do
  // [rows], each a gate row, which may be maps[r]: f, i, c~ and o are kept
  // there for the way back. Null: they are not kept.
  float* const* gates = nullptr;
  // Whether they are written past the caches: for many, which no cache holds
  // any longer when they are wanted, it saves reading their lines before.
  bool gates_bypass_caches = false;
};

// The same step backwards, without the product: the gradients of the step's
// maps and of the cell state before it.
struct StepBackArgs {
  int hidden = 0;
  std::ptrdiff_t rows = 0;
  const float* c = nullptr;         // [rows, hidden], before the step
  const float* c_out = nullptr;     // [rows, hidden], after it
  const float* dh_out = nullptr;    // [rows, hidden]: from the outputs
  const float* dh_later = nullptr;  // [rows, hidden]: from the next step
  float* dc = nullptr;              // [rows, hidden]: after to before the step
  // [rows]: the gates that the step kept, and in their place the gradients of
  // the maps.
  float* const* gates = nullptr;
};

// Some panels of the gradients of weights: the sum over positions of x[p] times
// the gradients of the maps that x[p] gave something to.
struct WeightGradientArgs {
  int inputs = 0;  // numbers of x[p]
  int first_panel = 0;
  int end_panel = 0;
  std::ptrdiff_t positions = 0;
  const float* const* x = nullptr;       // [positions], each [inputs]
  const float* const* d_maps = nullptr;  // [positions], each a gate row
  std::ptrdiff_t gate_row = 0;           // numbers of one
  float* gradient = nullptr;             // [inputs, gate row], added to
};

// Each row comes out the same, bit for bit, whatever stands beside it, however
// the panels are cut among threads and in whatever order they come. Weights
// that a cache does not hold are best met back and forth, every other time the
// last panel first: those that were met last are still there. Thread-safe.
struct GateKernels {
  // "AVX2", as Highway names it, or "AVX3_BF16" where bf16_dot.h is used.
  std::string_view target;
  Precision precision = Precision::kF32;
  int lanes = 0;
  void (*project)(const ProjectArgs&) = nullptr;
  void (*step)(const StepArgs&) = nullptr;
  void (*step_back)(const StepBackArgs&) = nullptr;
  void (*add_weight_gradient)(const WeightGradientArgs&) = nullptr;
};

// The fastest that this processor runs, and all of them, the fastest first.
const GateKernels& BestGateKernels(Precision precision = Precision::kF32);
const std::vector<GateKernels>& AllGateKernels();

// `weights` is [outputs, inputs] row by row, outputs a multiple of a panel; the
// result, PackedFloats of that size and aligned, is what the kernels read.
void PackWeights(const GateKernels& kernels, const float* weights,
                 std::int64_t outputs, std::int64_t inputs, float* out);
std::int64_t PackedFloats(const GateKernels& kernels, std::int64_t outputs,
                          std::int64_t inputs);

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_GATE_KERNELS_H_
