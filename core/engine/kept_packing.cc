#include "core/engine/kept_packing.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

namespace carousel {
namespace {

constexpr char kShards[] = "shards";

}  // namespace

std::span<const std::int64_t> View(const at::Tensor& integers) {
  return {integers.const_data_ptr<std::int64_t>(),
          static_cast<std::size_t>(integers.numel())};
}

at::Tensor ToTensor(const std::vector<std::int64_t>& integers) {
  return at::tensor(at::ArrayRef<std::int64_t>(integers),
                    at::TensorOptions().dtype(at::kLong));
}

void KeepPacking(const PackedBatch& batch,
                 torch::autograd::AutogradContext& context) {
  context.saved_data[kShards] = static_cast<std::int64_t>(batch.shards.size());
}

PackedBatch PackAsBefore(const at::Tensor& lengths,
                         torch::autograd::AutogradContext& context) {
  return PackBatch(View(lengths),
                   static_cast<int>(context.saved_data[kShards].toInt()));
}

}  // namespace carousel
