#include "core/engine/fused_kernel.h"

#include <ATen/ATen.h>

#include <algorithm>
#include <span>
#include <utility>
#include <vector>

#include "core/engine/device_kernel.h"
#include "core/engine/distinct_inputs.h"
#include "core/engine/engine.h"
#include "core/engine/fused_embedding.h"
#include "core/engine/fused_pass.h"
#include "core/engine/fused_pooling.h"
#include "core/engine/kept_packing.h"
#include "core/engine/recurrence.h"

namespace carousel {
namespace {

constexpr std::int64_t kGates = 4;

// The gates as gate rows: [gate row, hidden + input], and the bias.
StackedGates AsGateRows(const GateKernels& kernels, const StackedGates& gates) {
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

// The inputs of a layer: the different ones, and where each place of the padded
// batch finds its own.
struct PackedInputs {
  at::Tensor x;  // [inputs, input]
  DistinctInputs places;
};

PackedInputs PackVectors(const at::Tensor& vectors, const at::Tensor& lengths) {
  DistinctInputs places = EveryInput(View(lengths), vectors.size(1));
  at::Tensor x = vectors.flatten(0, 1).index_select(0, ToTensor(places.first));
  return {.x = std::move(x), .places = std::move(places)};
}

PackedInputs PackTokens(const EmbeddedTokens& tokens,
                        const at::Tensor& lengths) {
  const at::Tensor words = tokens.tokens.contiguous();
  const std::int64_t time = words.size(1);
  DistinctInputs places = FindDistinctTokens(View(words), View(lengths), time,
                                             tokens.mask.defined());
  const at::Tensor first = ToTensor(places.first);
  at::Tensor x =
      LookUp(tokens.embedding, words.flatten().index_select(0, first));
  if (tokens.mask.defined()) {
    x = x * tokens.mask.index_select(0, first.floor_divide(time));
  }
  return {.x = std::move(x), .places = std::move(places)};
}

PackedInputs Pack(const LayerInputs& inputs, const at::Tensor& lengths) {
  return inputs.tokens().has_value() ? PackTokens(*inputs.tokens(), lengths)
                                     : PackVectors(inputs.LayOut(), lengths);
}

// A layer's texts, packed.
struct PackedTexts {
  PackedTexts(const LayerInputs& inputs, const at::Tensor& text_lengths)
      : lengths(text_lengths.contiguous()),
        time(inputs.time()),
        batch(PackBatch(View(lengths), TorchThreads())),
        packed(Pack(inputs, lengths)) {}

  // Where each position of a direction stands in the padded batch.
  std::vector<std::int64_t> Places(bool backwards) const {
    return PaddedIndex(batch, View(lengths), time, backwards);
  }

  at::Tensor lengths;
  std::int64_t time;
  PackedBatch batch;
  PackedInputs packed;
};

// The outputs of the direction whose positions stand at `places`, [positions,
// padded hidden], and the cells at its end, [batch, padded hidden]. `begin` is
// padded, too.
FusedPassOutput RunDirection(const GateKernels& kernels,
                             const StackedGates& stacked,
                             const PackedTexts& texts,
                             std::span<const std::int64_t> places,
                             const LstmState& begin = {}) {
  const std::int64_t hidden = stacked.hidden_size();
  const StackedGates gates = AsGateRows(kernels, stacked);
  const std::int64_t padded = gates.weight.size(0) / kGates;
  return RunFusedPass(
      {.kernels = &kernels,
       .x = texts.packed.x,
       .sources = ToTensor(SourcesOf(texts.packed.places, places)),
       .weight_h = at::constant_pad_nd(gates.weight.narrow(1, 0, hidden),
                                       {0, padded - hidden}),
       .weight_x = gates.weight.narrow(1, hidden, stacked.input_size()),
       .bias = gates.bias,
       .begin = begin,
       .lengths = texts.lengths},
      texts.batch);
}

// The outputs padded, [batch, time, hidden], and those of the tokens that were
// read last, [batch, hidden].
LayerOutput LayOut(const at::Tensor& padded_h, std::int64_t hidden,
                   const PackedTexts& texts,
                   const std::vector<std::int64_t>& places) {
  const std::int64_t rows = texts.lengths.size(0);
  const at::Tensor h = padded_h.narrow(1, 0, hidden);
  const at::Tensor outputs = at::zeros({rows * texts.time, hidden}, h.options())
                                 .index_copy(0, ToTensor(places), h);
  return {.outputs = outputs.view({rows, texts.time, hidden}),
          .last = h.index_select(
              0, ToTensor(LastPositions(texts.batch, View(texts.lengths))))};
}

bool CanRun(const LayerGates& gates, const LayerInputs& inputs) {
  const at::TensorOptions options = inputs.options();
  return options.device().is_cpu() && options.dtype() == at::kFloat &&
         gates.forward.weight.scalar_type() == at::kFloat;
}

}  // namespace

LayerOutput FusedKernel::Run(const LayerGates& gates, const LayerInputs& inputs,
                             const at::Tensor& lengths) const {
  if (!CanRun(gates, inputs)) {
    return DeviceKernel(precision_).Run(gates, inputs, lengths);
  }
  const PackedTexts texts(inputs, lengths);
  const auto run = [&](const StackedGates& stacked, bool backwards) {
    const std::vector<std::int64_t> places = texts.Places(backwards);
    return LayOut(
        RunDirection(BestGateKernels(precision_), stacked, texts, places).h,
        stacked.hidden_size(), texts, places);
  };
  const LayerOutput forward = run(gates.forward, /*backwards=*/false);
  if (!gates.backward.has_value()) return forward;
  const LayerOutput backward = run(*gates.backward, /*backwards=*/true);
  return {at::cat({forward.outputs, backward.outputs}, 2),
          at::cat({forward.last, backward.last}, 1)};
}

at::Tensor FusedKernel::RunPooled(const LayerGates& gates,
                                  const LayerInputs& inputs,
                                  const at::Tensor& lengths,
                                  Pooling pooling) const {
  if (!CanRun(gates, inputs)) {
    return DeviceKernel(precision_).RunPooled(gates, inputs, lengths, pooling);
  }
  const PackedTexts texts(inputs, lengths);
  const auto run = [&](const StackedGates& stacked, bool backwards) {
    const at::Tensor h = RunDirection(BestGateKernels(precision_), stacked,
                                      texts, texts.Places(backwards))
                             .h;
    return PoolPacked(h, texts.lengths, texts.batch, pooling)
        .narrow(2, 0, stacked.hidden_size());
  };
  at::Tensor parts = run(gates.forward, /*backwards=*/false);
  if (gates.backward.has_value()) {
    parts = at::cat({parts, run(*gates.backward, /*backwards=*/true)}, 2);
  }
  return parts.transpose(0, 1).reshape({texts.lengths.size(0), -1});
}

FusedRun RunFrom(const LstmState& state, const StackedGates& gates,
                 const LayerInputs& inputs, const at::Tensor& lengths) {
  TORCH_CHECK(CanRun({.forward = gates}, inputs),
              "from a state, the fused engine reads floats on the CPU alone");
  const PackedTexts texts(inputs, lengths);
  const GateKernels& kernels = BestGateKernels();
  const std::int64_t hidden = gates.hidden_size();
  const auto pad = [&](const at::Tensor& numbers) {
    const std::int64_t padded = PaddedHidden(kernels, hidden);
    return at::constant_pad_nd(numbers, {0, padded - hidden}).contiguous();
  };
  const std::vector<std::int64_t> places = texts.Places(/*backwards=*/false);
  const FusedPassOutput pass = RunDirection(
      kernels, gates, texts, places, {.h = pad(state.h), .c = pad(state.c)});
  const LayerOutput output = LayOut(pass.h, hidden, texts, places);
  return {.outputs = output.outputs,
          .last = {.h = output.last, .c = pass.c_last.narrow(1, 0, hidden)}};
}

}  // namespace carousel
