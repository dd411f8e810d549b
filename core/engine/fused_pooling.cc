#include "core/engine/fused_pooling.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include "core/engine/kept_packing.h"
#include "core/engine/packed_pooling.h"
#include "core/engine/pooled_tensor.h"
#include "core/engine/torch_threads.h"

namespace carousel {
namespace {

// The parts that a pooling has, in the order of PoolOutputs.
struct PoolingParts {
  explicit PoolingParts(Pooling pooling)
      : max(pooling == Pooling::kMax || pooling == Pooling::kConcat),
        mean(pooling == Pooling::kMean || pooling == Pooling::kConcat),
        last(pooling == Pooling::kLast || pooling == Pooling::kConcat) {}

  std::int64_t count() const { return max + mean + last; }

  // `parts` is [part, row, hidden].
  PooledOutputs In(const at::Tensor& parts,
                   const at::Tensor& largest_at) const {
    float* next = parts.mutable_data_ptr<float>();
    const auto take = [&](bool wanted) {
      float* const part = wanted ? next : nullptr;
      if (wanted) next += parts.size(1) * parts.size(2);
      return part;
    };
    PooledOutputs pooled;
    pooled.max = take(max);
    pooled.mean = take(mean);
    pooled.last = take(last);
    if (max) pooled.largest_at = largest_at.mutable_data_ptr<std::int32_t>();
    return pooled;
  }

  bool max, mean, last;
};

// h [positions, padded hidden] to [part, row, padded hidden].
at::Tensor PoolParts(const at::Tensor& h, const PackedBatch& batch,
                     std::int64_t rows, Pooling pooling,
                     at::Tensor& largest_at) {
  const PoolingParts parts(pooling);
  const std::int64_t hidden = h.size(1);
  at::Tensor pooled = at::empty({parts.count(), rows, hidden}, h.options());
  largest_at =
      at::empty({parts.max ? rows : 0, hidden}, h.options().dtype(at::kInt));
  Pool(batch, hidden, h.const_data_ptr<float>(), parts.In(pooled, largest_at),
       OnTorchThreads);
  return pooled;
}

class PackedPooling : public torch::autograd::Function<PackedPooling> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context,
                            const at::Tensor& h, const at::Tensor& lengths,
                            const PackedBatch& batch, Pooling pooling) {
    at::Tensor largest_at;
    const at::Tensor pooled =
        PoolParts(h, batch, lengths.size(0), pooling, largest_at);
    context->save_for_backward({lengths, largest_at});
    KeepPacking(batch, *context);
    context->saved_data["pooling"] = static_cast<std::int64_t>(pooling);
    return pooled;
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext* context,
      const torch::autograd::variable_list& gradients) {
    const auto saved = context->get_saved_variables();
    const PackedBatch batch = PackAsBefore(saved[0], *context);
    const PoolingParts parts(
        static_cast<Pooling>(context->saved_data["pooling"].toInt()));
    const at::Tensor d_parts = gradients[0].contiguous();
    const at::Tensor dh = PooledTensor(batch.positions, d_parts.size(2));
    PoolBack(batch, View(saved[0]), d_parts.size(2),
             parts.In(d_parts, saved[1]), dh.mutable_data_ptr<float>(),
             OnTorchThreads);
    return {dh, at::Tensor(), at::Tensor(), at::Tensor()};
  }
};

}  // namespace

at::Tensor PoolPacked(const at::Tensor& h, const at::Tensor& lengths,
                      const PackedBatch& batch, Pooling pooling) {
  if (c10::GradMode::is_enabled()) {
    return PackedPooling::apply(h, lengths, batch, pooling);
  }
  at::Tensor largest_at;
  return PoolParts(h, batch, lengths.size(0), pooling, largest_at);
}

}  // namespace carousel
