#include "core/engine/fused_pass.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>
#include <torch/csrc/autograd/custom_function.h>

#include <optional>
#include <vector>

#include "core/engine/distinct_inputs.h"
#include "core/engine/kept_packing.h"
#include "core/engine/pooled_tensor.h"
#include "core/engine/project_rows.h"
#include "core/engine/recurrence.h"
#include "core/engine/torch_threads.h"
#include "core/engine/weight_gradient.h"

namespace carousel {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

constexpr std::int64_t kGates = 4;
constexpr char kPrecision[] = "precision";

// [outputs, inputs] as the kernels read it.
at::Tensor Packed(const GateKernels& kernels, const at::Tensor& weights) {
  const at::Tensor rows = weights.contiguous();
  const std::int64_t inputs = rows.size(1);
  const std::int64_t panel = kGates * kernels.lanes;
  const std::int64_t panel_floats = PackedFloats(kernels, panel, inputs);
  const std::int64_t panels = rows.size(0) / panel;
  at::Tensor packed = at::empty({panels * panel_floats});
  const float* const from = Numbers(rows);
  float* const to = MutableNumbers(packed);
  OnTorchThreads(static_cast<int>(panels), [&](int i) {
    PackWeights(kernels, from + i * panel * inputs, panel, inputs,
                to + i * panel_floats);
  });
  return packed;
}

// Who answers now and then keeps no memory for it.
at::Tensor Large(std::int64_t rows, std::int64_t columns, bool keep) {
  return keep ? PooledTensor(rows, columns) : at::empty({rows, columns});
}

// x [rows, inputs] times `weights`, [outputs, inputs], plus `bias`; outputs is
// a multiple of a panel. Each row is the same whatever stands beside it.
at::Tensor Product(const GateKernels& kernels, const at::Tensor& x,
                   const at::Tensor& weights, const at::Tensor& bias,
                   bool keep) {
  const at::Tensor rows = x.contiguous();
  const at::Tensor packed = Packed(kernels, weights);
  const at::Tensor begin = bias.contiguous();
  at::Tensor out = Large(rows.size(0), weights.size(0), keep);
  ProjectRows({.kernels = &kernels,
               .weights = Numbers(packed),
               .bias = Numbers(begin),
               .rows = rows.size(0),
               .inputs = rows.size(1),
               .outputs = out.size(1),
               .x = Numbers(rows),
               .out = MutableNumbers(out)},
              OnTorchThreads);
  return out;
}

// The gradients of x: d_maps [inputs, gate row] times weight_x, [gate row,
// input].
at::Tensor GradientOfX(const GateKernels& kernels, const at::Tensor& d_maps,
                       const at::Tensor& weight_x) {
  const std::int64_t input = weight_x.size(1);
  const std::int64_t panel = kGates * kernels.lanes;
  const std::int64_t padded = (input + panel - 1) / panel * panel;
  const at::Tensor turned =
      at::constant_pad_nd(weight_x.t(), {0, 0, 0, padded - input});
  return Product(kernels, d_maps, turned, at::zeros({padded}), /*keep=*/true)
      .narrow(1, 0, input);
}

struct Recurrence {
  FusedPassOutput output;
  at::Tensor gates;  // with `keep`
  at::Tensor c;
};
Recurrence RunRecurrence(const FusedPassArgs& args, const PackedBatch& batch,
                         bool keep) {
  const std::int64_t hidden = args.weight_h.size(1);
  const GateKernels& kernels = *args.kernels;
  const at::Tensor maps =
      Product(kernels, args.x, args.weight_x, args.bias, keep);
  const at::Tensor weights = Packed(kernels, args.weight_h);
  Recurrence run{.output = {.h = Large(batch.positions, hidden, keep),
                            .c_last = at::empty({args.lengths.size(0), hidden},
                                                args.weight_h.options())}};
  if (keep) {
    run.gates = PooledTensor(batch.positions, args.weight_h.size(0));
    run.c = PooledTensor(batch.positions, hidden);
  }
  Run({.kernels = &kernels,
       .batch = &batch,
       .hidden = hidden,
       .weights = Numbers(weights),
       .maps = Numbers(maps),
       .sources = args.sources.const_data_ptr<std::int64_t>(),
       .h_begin = Numbers(args.begin.h),
       .c_begin = Numbers(args.begin.c),
       .h = MutableNumbers(run.output.h),
       .gates = MutableNumbers(run.gates),
       .c = MutableNumbers(run.c),
       .c_last = MutableNumbers(run.output.c_last)},
      OnTorchThreads);
  return run;
}

// Of each position that h before it reaches: the gradients of its maps, and
// that h, which is 0 at the beginning of a text unless `h_begin` says.
void AddPositions(const PackedShard& shard, std::int64_t hidden,
                  const float* d_maps, const float* h, const float* h_begin,
                  WeightGradientSums& sums) {
  const auto add = [&](std::int64_t position, const float* before) {
    sums.d_maps.push_back(d_maps + position * sums.outputs);
    sums.x.push_back(before);
  };
  for (std::int64_t i = 0; h_begin != nullptr && i < shard.live[0]; ++i) {
    add(shard.begin[0] + i, h_begin + shard.rows[i] * hidden);
  }
  for (std::int64_t t = 1; t < shard.steps(); ++t) {
    for (std::int64_t i = 0; i < shard.live[t]; ++i) {
      add(shard.begin[t] + i, h + (shard.begin[t - 1] + i) * hidden);
    }
  }
}

// [outputs, inputs], as the weights are.
at::Tensor Sum(const WeightGradientSums& sums, const PackedBatch& batch) {
  at::Tensor gradient = at::empty({sums.inputs, sums.outputs}, at::kFloat);
  SumWeightGradient(sums, static_cast<int>(batch.shards.size()),
                    MutableNumbers(gradient), OnTorchThreads);
  return gradient.t();
}

at::Tensor GradientOfWeightH(const GateKernels& kernels,
                             const PackedBatch& batch, const at::Tensor& d_maps,
                             const at::Tensor& h, const at::Tensor& h_begin) {
  WeightGradientSums sums{
      .kernels = &kernels, .inputs = h.size(1), .outputs = d_maps.size(1)};
  for (const PackedShard& shard : batch.shards) {
    AddPositions(shard, h.size(1), Numbers(d_maps), Numbers(h),
                 Numbers(h_begin), sums);
  }
  return Sum(sums, batch);
}

at::Tensor GradientOfWeightX(const GateKernels& kernels,
                             const PackedBatch& batch, const at::Tensor& d_maps,
                             const at::Tensor& x) {
  WeightGradientSums sums{
      .kernels = &kernels, .inputs = x.size(1), .outputs = d_maps.size(1)};
  for (std::int64_t i = 0; i < x.size(0); ++i) {
    sums.d_maps.push_back(Numbers(d_maps) + i * sums.outputs);
    sums.x.push_back(Numbers(x) + i * sums.inputs);
  }
  return Sum(sums, batch);
}

class FusedPass : public torch::autograd::Function<FusedPass> {
 public:
  static variable_list forward(AutogradContext* context, const at::Tensor& x,
                               const at::Tensor& weight_h,
                               const at::Tensor& weight_x,
                               const at::Tensor& bias,
                               const std::optional<at::Tensor>& h_given,
                               const std::optional<at::Tensor>& c_given,
                               const FusedPassArgs& args,
                               const PackedBatch& batch) {
    const at::Tensor h_begin = h_given.value_or(at::Tensor());
    const at::Tensor c_begin = c_given.value_or(at::Tensor());
    // With the state as it is here, and x as the way back reads it.
    const FusedPassArgs values{.kernels = args.kernels,
                               .x = x.contiguous(),
                               .sources = args.sources,
                               .weight_h = weight_h,
                               .weight_x = weight_x,
                               .bias = bias,
                               .begin = {.h = h_begin, .c = c_begin},
                               .lengths = args.lengths};
    const Recurrence run = RunRecurrence(values, batch, /*keep=*/true);
    context->save_for_backward({values.x, weight_h, weight_x, h_begin, c_begin,
                                args.sources, args.lengths, run.gates, run.c,
                                run.output.h});
    context->set_materialize_grads(false);
    context->saved_data[kPrecision] =
        static_cast<std::int64_t>(args.kernels->precision);
    KeepPacking(batch, *context);
    return {run.output.h, run.output.c_last};
  }

  static variable_list backward(AutogradContext* context,
                                const variable_list& gradients) {
    // The gradients of the maps take the place of the gates, which are most of
    // what a pass keeps.
    TORCH_CHECK(!c10::GradMode::is_enabled(),
                "the fused engine gives no gradients of gradients");
    TORCH_CHECK(context->saved_data.count("done") == 0,
                "a pass of the fused engine can be gone back over once");
    context->saved_data["done"] = true;
    const variable_list saved = context->get_saved_variables();
    const at::Tensor& x = saved[0];
    const at::Tensor& weight_h = saved[1];
    const at::Tensor& weight_x = saved[2];
    const at::Tensor& h_begin = saved[3];
    const at::Tensor& c_begin = saved[4];
    const at::Tensor& sources = saved[5];
    const at::Tensor& d_maps = saved[7];
    const at::Tensor& h = saved[9];
    const PackedBatch batch = PackAsBefore(saved[6], *context);
    const GateKernels& kernels = BestGateKernels(
        static_cast<Precision>(context->saved_data[kPrecision].toInt()));
    const at::Tensor dh =
        gradients[0].defined() ? gradients[0].contiguous() : at::zeros_like(h);
    const at::Tensor dc_last =
        gradients[1].defined() ? gradients[1].contiguous() : at::Tensor();
    at::Tensor dh_begin;
    at::Tensor dc_begin;
    if (h_begin.defined()) {
      dh_begin = at::empty_like(h_begin);
      dc_begin = at::empty_like(c_begin);
    }
    const at::Tensor turned = Packed(kernels, weight_h.t());
    RunBack({.kernels = &kernels,
             .batch = &batch,
             .hidden = weight_h.size(1),
             .turned_weights = Numbers(turned),
             .c_begin = Numbers(c_begin),
             .c = Numbers(saved[8]),
             .dh = Numbers(dh),
             .dc_last = Numbers(dc_last),
             .gates = MutableNumbers(d_maps),
             .dh_begin = MutableNumbers(dh_begin),
             .dc_begin = MutableNumbers(dc_begin)},
            OnTorchThreads);
    const at::Tensor d_weight_h =
        GradientOfWeightH(kernels, batch, d_maps, h, h_begin);
    const at::Tensor d_inputs = PooledTensor(x.size(0), d_maps.size(1));
    SumBySource(View(sources), x.size(0), d_maps.size(1), Numbers(d_maps),
                MutableNumbers(d_inputs), OnTorchThreads);
    // Frozen word vectors want no gradient.
    const at::Tensor dx = context->needs_input_grad(0)
                              ? GradientOfX(kernels, d_inputs, weight_x)
                              : at::Tensor();
    return {dx,
            d_weight_h,
            GradientOfWeightX(kernels, batch, d_inputs, x),
            d_inputs.sum(0),
            dh_begin,
            dc_begin,
            at::Tensor(),
            at::Tensor()};
  }
};

}  // namespace

FusedPassOutput RunFusedPass(const FusedPassArgs& args,
                             const PackedBatch& batch) {
  if (!c10::GradMode::is_enabled()) {
    return RunRecurrence(args, batch, /*keep=*/false).output;
  }
  // An argument of apply may be left out, but not undefined.
  const auto given = [](const at::Tensor& tensor) {
    return tensor.defined() ? std::optional(tensor) : std::nullopt;
  };
  const variable_list outputs =
      FusedPass::apply(args.x, args.weight_h, args.weight_x, args.bias,
                       given(args.begin.h), given(args.begin.c), args, batch);
  return {.h = outputs[0], .c_last = outputs[1]};
}

}  // namespace carousel
