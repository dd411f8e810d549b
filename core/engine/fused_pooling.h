// The poolings over a packed batch as torch's autograd sees them.
#ifndef CAROUSEL_CORE_ENGINE_FUSED_POOLING_H_
#define CAROUSEL_CORE_ENGINE_FUSED_POOLING_H_

#include <ATen/core/Tensor.h>

#include "core/engine/packed_batch.h"
#include "core/nn/model_config.h"

namespace carousel {

// h [positions, hidden] to [part, row, hidden], the parts in the order of
// PoolOutputs (core/nn/pooling.h). `lengths` are those that `batch` was packed
// by, contiguous. Differentiable in h.
at::Tensor PoolPacked(const at::Tensor& h, const at::Tensor& lengths,
                      const PackedBatch& batch, Pooling pooling);

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_FUSED_POOLING_H_
