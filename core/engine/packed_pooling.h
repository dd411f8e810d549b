// The poolings of core/nn/pooling.h over a packed batch, and their way back:
// one walk over the outputs each, without padding. Free of torch.
#ifndef CAROUSEL_CORE_ENGINE_PACKED_POOLING_H_
#define CAROUSEL_CORE_ENGINE_PACKED_POOLING_H_

#include <cstdint>
#include <span>

#include "core/engine/packed_batch.h"
#include "core/engine/parallel_for.h"

namespace carousel {

// [rows of the batch, hidden] each; null for what is not wanted, but for
// `largest_at`, which goes with `max`.
struct PooledOutputs {
  float* max = nullptr;
  std::int32_t* largest_at = nullptr;  // the step at which the unit was largest
  float* mean = nullptr;
  float* last = nullptr;
};

// `h` is [positions, hidden].
void Pool(const PackedBatch& batch, std::int64_t hidden, const float* h,
          const PooledOutputs& pooled, const ParallelFor& parallel);

// `d_h`, [positions, hidden], from the gradients of what was pooled;
// `largest_at` is Pool's, `lengths` are those that the batch was packed by.
void PoolBack(const PackedBatch& batch, std::span<const std::int64_t> lengths,
              std::int64_t hidden, const PooledOutputs& gradients, float* d_h,
              const ParallelFor& parallel);

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_PACKED_POOLING_H_
