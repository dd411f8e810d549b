#include "core/engine/fused_kernel.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>
#include <span>
#include <vector>

#include "core/engine/engine.h"
#include "core/engine/fused_pooling.h"
#include "core/engine/kept_packing.h"
#include "core/engine/libtorch_kernel.h"
#include "core/engine/project_rows.h"
#include "core/engine/recurrence.h"
#include "core/engine/torch_threads.h"

namespace carousel {
namespace {

constexpr std::int64_t kGates = 4;

at::Tensor ToTensor(const std::vector<std::int64_t>& integers) {
  return at::tensor(at::ArrayRef<std::int64_t>(integers),
                    at::TensorOptions().dtype(at::kLong));
}

// [outputs, inputs] in the order that the kernels read.
at::Tensor Packed(const at::Tensor& weights) {
  const at::Tensor rows = weights.contiguous();
  at::Tensor packed = at::empty_like(rows);
  PackWeights(BestGateKernels(), rows.const_data_ptr<float>(), rows.size(0),
              rows.size(1), packed.mutable_data_ptr<float>());
  return packed;
}

// The outputs [positions, padded hidden], from `maps`, [positions, gate row].
// With `c` the gates and cells are kept in `maps` and there.
at::Tensor RunRecurrence(const PackedBatch& batch, const at::Tensor& weight_h,
                         at::Tensor& maps, at::Tensor* c) {
  const std::int64_t hidden = weight_h.size(1);
  at::Tensor h = at::empty({batch.positions, hidden}, maps.options());
  if (c != nullptr) *c = at::empty_like(h);
  const at::Tensor packed = Packed(weight_h);
  Run({.kernels = &BestGateKernels(),
       .batch = &batch,
       .hidden = hidden,
       .weights = packed.const_data_ptr<float>(),
       .gates = maps.mutable_data_ptr<float>(),
       .h = h.mutable_data_ptr<float>(),
       .c = c == nullptr ? nullptr : c->mutable_data_ptr<float>(),
       .keep = c != nullptr},
      OnTorchThreads);
  return h;
}

// Of each position after a text's first, in a shard: the output one step
// before. [positions of the shard without the first step, hidden]
at::Tensor OutputsBefore(const PackedShard& shard, const at::Tensor& h) {
  const std::int64_t hidden = h.size(1);
  at::Tensor before = at::empty(
      {shard.end - shard.begin[0] - shard.live[0], hidden}, h.options());
  const float* const from = h.const_data_ptr<float>();
  float* to = before.mutable_data_ptr<float>();
  for (std::int64_t t = 1; t < shard.steps(); ++t) {
    to = std::copy_n(from + shard.begin[t - 1] * hidden, shard.live[t] * hidden,
                     to);
  }
  return before;
}

// x [positions, input], the gates as gate rows and the texts' lengths and order
// to the outputs [positions, padded hidden].
class FusedPass : public torch::autograd::Function<FusedPass> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context,
                            const at::Tensor& x, const at::Tensor& weight_h,
                            const at::Tensor& weight_x, const at::Tensor& bias,
                            const at::Tensor& lengths,
                            const PackedBatch& batch) {
    at::Tensor gates = at::addmm(bias, x, weight_x.t());
    at::Tensor c;
    const at::Tensor h = RunRecurrence(batch, weight_h, gates, &c);
    context->save_for_backward({x, weight_h, weight_x, lengths, gates, c, h});
    KeepPacking(batch, *context);
    return h;
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext* context,
      const torch::autograd::variable_list& gradients) {
    // The gradients of the maps take the place of the gates, which are most of
    // what a pass keeps.
    TORCH_CHECK(context->saved_data.count("done") == 0,
                "a pass of the fused engine can be gone back over once");
    context->saved_data["done"] = true;
    const auto saved = context->get_saved_variables();
    const at::Tensor& x = saved[0];
    const at::Tensor& weight_h = saved[1];
    const at::Tensor& weight_x = saved[2];
    const PackedBatch batch = PackAsBefore(saved[3], *context);
    at::Tensor d_maps = saved[4];
    const at::Tensor& h = saved[6];
    const at::Tensor dh = gradients[0].contiguous();
    const at::Tensor turned = Packed(weight_h.t());
    RunBack({.kernels = &BestGateKernels(),
             .batch = &batch,
             .hidden = weight_h.size(1),
             .turned_weights = turned.const_data_ptr<float>(),
             .c = saved[5].const_data_ptr<float>(),
             .dh = dh.const_data_ptr<float>(),
             .gates = d_maps.mutable_data_ptr<float>()},
            OnTorchThreads);
    at::Tensor d_weight_h = at::zeros_like(weight_h);
    for (const PackedShard& shard : batch.shards) {
      const std::int64_t begin = shard.begin[0] + shard.live[0];
      d_weight_h.addmm_(d_maps.slice(0, begin, shard.end).t(),
                        OutputsBefore(shard, h));
    }
    // Frozen word vectors want no gradient.
    const at::Tensor dx =
        context->needs_input_grad(0) ? d_maps.mm(weight_x) : at::Tensor();
    return {dx,           d_weight_h,  d_maps.t().mm(x), d_maps.sum(0),
            at::Tensor(), at::Tensor()};
  }
};

// The gates as gate rows: [gate row, hidden + input], and the bias.
StackedGates AsGateRows(const StackedGates& gates) {
  const GateKernels& kernels = BestGateKernels();
  const std::int64_t hidden = gates.hidden_size();
  std::vector<std::int64_t> sources = GateRowSources(kernels, hidden);
  // Units that were added take from a row of zeros after the others.
  std::replace(sources.begin(), sources.end(), std::int64_t{-1},
               kGates * hidden);
  const at::Tensor index = ToTensor(sources);
  const std::vector<float> scales = GateRowScales(kernels, hidden);
  const at::Tensor scale = at::tensor(at::ArrayRef<float>(scales));
  const at::Tensor weight =
      at::constant_pad_nd(gates.weight, {0, 0, 0, 1}).index_select(0, index);
  const at::Tensor bias =
      at::constant_pad_nd(gates.bias, {0, 1}).index_select(0, index);
  return {weight * scale.unsqueeze(1), bias * scale};
}

// What the inputs give to each gate: x [positions, input] to [positions, gate
// row]. Torch's product is the fastest, but which rows stand beside a row
// changes its last bits; the kernels' does not.
at::Tensor ProjectInvariantly(const at::Tensor& x, const at::Tensor& weight_x,
                              const at::Tensor& bias) {
  const at::Tensor inputs = x.contiguous();
  const at::Tensor weights = Packed(weight_x);
  const at::Tensor biases = bias.contiguous();
  at::Tensor maps =
      at::empty({inputs.size(0), weight_x.size(0)}, inputs.options());
  ProjectRows({.kernels = &BestGateKernels(),
               .weights = weights.const_data_ptr<float>(),
               .bias = biases.const_data_ptr<float>(),
               .rows = inputs.size(0),
               .inputs = inputs.size(1),
               .outputs = maps.size(1),
               .x = inputs.const_data_ptr<float>(),
               .out = maps.mutable_data_ptr<float>()},
              OnTorchThreads);
  return maps;
}

// One direction's outputs, [positions, padded hidden], and where each position
// stands in the padded batch, row by row.
struct DirectionOutput {
  at::Tensor h;
  at::Tensor index;
};
DirectionOutput RunDirection(const StackedGates& stacked,
                             const at::Tensor& inputs,
                             const at::Tensor& lengths,
                             const PackedBatch& batch, bool backwards) {
  const std::int64_t rows = inputs.size(0);
  const std::int64_t time = inputs.size(1);
  const std::int64_t hidden = stacked.hidden_size();
  const StackedGates gates = AsGateRows(stacked);
  const std::int64_t padded = gates.weight.size(0) / kGates;
  const at::Tensor weight_h = at::constant_pad_nd(
      gates.weight.narrow(1, 0, hidden), {0, padded - hidden});
  const at::Tensor weight_x =
      gates.weight.narrow(1, hidden, stacked.input_size());

  const at::Tensor index =
      ToTensor(PaddedIndex(batch, View(lengths), time, backwards));
  const at::Tensor x =
      inputs.reshape({rows * time, inputs.size(2)}).index_select(0, index);
  if (c10::GradMode::is_enabled()) {
    return {FusedPass::apply(x, weight_h, weight_x, gates.bias, lengths, batch),
            index};
  }
  at::Tensor maps = ProjectInvariantly(x, weight_x, gates.bias);
  return {RunRecurrence(batch, weight_h, maps, nullptr), index};
}

// The outputs padded, [batch, time, hidden], and those of the tokens that were
// read last, [batch, hidden].
LayerOutput LayOut(const DirectionOutput& direction, std::int64_t hidden,
                   std::int64_t time, const at::Tensor& lengths,
                   const PackedBatch& batch) {
  const std::int64_t rows = lengths.size(0);
  const at::Tensor h = direction.h.narrow(1, 0, hidden);
  const at::Tensor outputs = at::zeros({rows * time, hidden}, h.options())
                                 .index_copy(0, direction.index, h);
  return {
      .outputs = outputs.view({rows, time, hidden}),
      .last = h.index_select(0, ToTensor(LastPositions(batch, View(lengths))))};
}

bool CanRun(const LayerGates& gates, const at::Tensor& inputs) {
  return inputs.device().is_cpu() && inputs.scalar_type() == at::kFloat &&
         gates.forward.weight.scalar_type() == at::kFloat;
}

}  // namespace

LayerOutput FusedKernel::Run(const LayerGates& gates, const at::Tensor& inputs,
                             const at::Tensor& text_lengths) const {
  if (!CanRun(gates, inputs)) {
    return LibtorchKernel().Run(gates, inputs, text_lengths);
  }
  const at::Tensor lengths = text_lengths.contiguous();
  const PackedBatch batch = PackBatch(View(lengths), TorchThreads());
  const auto run = [&](const StackedGates& stacked, bool backwards) {
    return LayOut(RunDirection(stacked, inputs, lengths, batch, backwards),
                  stacked.hidden_size(), inputs.size(1), lengths, batch);
  };
  const LayerOutput forward = run(gates.forward, /*backwards=*/false);
  if (!gates.backward.has_value()) return forward;
  const LayerOutput backward = run(*gates.backward, /*backwards=*/true);
  return {at::cat({forward.outputs, backward.outputs}, 2),
          at::cat({forward.last, backward.last}, 1)};
}

at::Tensor FusedKernel::RunPooled(const LayerGates& gates,
                                  const at::Tensor& inputs,
                                  const at::Tensor& text_lengths,
                                  Pooling pooling) const {
  if (!CanRun(gates, inputs)) {
    return LibtorchKernel().RunPooled(gates, inputs, text_lengths, pooling);
  }
  const at::Tensor lengths = text_lengths.contiguous();
  const PackedBatch batch = PackBatch(View(lengths), TorchThreads());
  const auto run = [&](const StackedGates& stacked, bool backwards) {
    const at::Tensor h =
        RunDirection(stacked, inputs, lengths, batch, backwards).h;
    return PoolPacked(h, lengths, batch, pooling)
        .narrow(2, 0, stacked.hidden_size());
  };
  at::Tensor parts = run(gates.forward, /*backwards=*/false);
  if (gates.backward.has_value()) {
    parts = at::cat({parts, run(*gates.backward, /*backwards=*/true)}, 2);
  }
  return parts.transpose(0, 1).reshape({lengths.size(0), -1});
}

}  // namespace carousel
