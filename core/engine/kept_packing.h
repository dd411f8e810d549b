// A packed batch from a pass of torch's autograd to its way back.
#ifndef CAROUSEL_CORE_ENGINE_KEPT_PACKING_H_
#define CAROUSEL_CORE_ENGINE_KEPT_PACKING_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "core/engine/packed_batch.h"

namespace torch::autograd {
struct AutogradContext;
}  // namespace torch::autograd

namespace carousel {

// The numbers of a contiguous tensor of int64, and such a tensor of numbers.
std::span<const std::int64_t> View(const at::Tensor& integers);
at::Tensor ToTensor(const std::vector<std::int64_t>& integers);

void KeepPacking(const PackedBatch& batch,
                 torch::autograd::AutogradContext& context);

// The batch as KeepPacking saw it, however many threads there are by now.
// `lengths` are those that it was packed by, contiguous.
PackedBatch PackAsBefore(const at::Tensor& lengths,
                         torch::autograd::AutogradContext& context);

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_KEPT_PACKING_H_
