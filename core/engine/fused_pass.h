// One direction of a layer over a packed batch, as torch's autograd sees it.
#ifndef CAROUSEL_CORE_ENGINE_FUSED_PASS_H_
#define CAROUSEL_CORE_ENGINE_FUSED_PASS_H_

#include <ATen/core/Tensor.h>

#include "core/engine/gate_kernels.h"
#include "core/engine/packed_batch.h"
#include "core/nn/lstm_cell.h"

namespace carousel {

struct FusedPassArgs {
  const GateKernels* kernels = nullptr;
  at::Tensor x;        // [inputs, input]
  at::Tensor sources;  // [positions], int64: the input that each one reads
  // In the order of gate rows (recurrence.h), `hidden` padded:
  at::Tensor weight_h;  // [gate row, hidden]
  at::Tensor weight_x;  // [gate row, input]
  at::Tensor bias;      // [gate row]
  // What each text begins with, [batch, hidden]; undefined: zeros.
  LstmState begin;
  at::Tensor lengths;  // [batch], int64, contiguous; `batch` is packed by it
};

struct FusedPassOutput {
  at::Tensor h;       // [positions, hidden]
  at::Tensor c_last;  // [batch, hidden]: the cells that each text ends with
};

// Differentiable in the tensors of floats. While gradients are off, a
// position's output is the same, bit for bit, whatever else is in the batch.
FusedPassOutput RunFusedPass(const FusedPassArgs& args,
                             const PackedBatch& batch);

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_FUSED_PASS_H_
