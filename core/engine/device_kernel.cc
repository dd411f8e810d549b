#include "core/engine/device_kernel.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <tuple>
#include <vector>

#include "core/engine/kept_packing.h"
#include "core/engine/libtorch_kernel.h"
#include "core/engine/packed_batch.h"
#include "core/nn/device_copy.h"

namespace carousel {
namespace {

// Where the tokens of a padded batch stand in the packed one.
struct Packing {
  at::Tensor places;  // [tokens], on the device: their places, row by row
  at::Tensor live;    // [steps], on the CPU: how many texts have a token there
  at::Tensor ranks;   // [batch], on the device: each text's, by length
};

Packing PackOnDevice(const at::Tensor& lengths, std::int64_t time,
                     at::Device device) {
  const at::Tensor kept = lengths.contiguous();
  const PackedBatch batch = PackBatch(View(kept), /*max_shards=*/1);
  const PackedShard& shard = batch.shards.front();
  std::vector<std::int64_t> ranks(shard.rows.size());
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
    ranks[shard.rows[rank]] = static_cast<std::int64_t>(rank);
  }
  return {.places = CopyToDevice(
              ToTensor(PaddedIndex(batch, View(kept), time, false)), device),
          .live = ToTensor(shard.live),
          .ranks = CopyToDevice(ToTensor(ranks), device)};
}

// The vectors of all tokens, [tokens, input].
at::Tensor PackInputs(const LayerInputs& inputs, const at::Tensor& places) {
  if (!inputs.tokens().has_value()) {
    return inputs.LayOut().flatten(0, 1).index_select(0, places);
  }
  const EmbeddedTokens& words = *inputs.tokens();
  at::Tensor vectors = at::embedding(
      words.embedding, words.tokens.flatten().index_select(0, places));
  if (!words.mask.defined()) return vectors;
  return vectors *
         words.mask.index_select(0, places.floor_divide(inputs.time()));
}

// at::lstm's list, of each direction the weights of x, those of h, and two
// biases. They are views of one array, which has the weights of all directions
// before their biases: cuDNN's own order, so LibTorch does not copy them into
// another one at each call.
std::vector<at::Tensor> Weights(const LayerGates& gates, at::ScalarType type) {
  std::vector<at::Tensor> matrices;
  std::vector<at::Tensor> biases;
  const auto add = [&](const StackedGates& stacked) {
    const std::int64_t hidden = stacked.hidden_size();
    matrices.push_back(
        ReorderGates(stacked.weight.narrow(1, hidden, stacked.input_size())));
    matrices.push_back(ReorderGates(stacked.weight.narrow(1, 0, hidden)));
    biases.push_back(ReorderGates(stacked.bias));
    biases.push_back(at::zeros_like(stacked.bias));
  };
  add(gates.forward);
  if (gates.backward.has_value()) add(*gates.backward);

  std::vector<at::Tensor> parts;
  std::vector<std::int64_t> sizes;
  for (const auto* list : {&matrices, &biases}) {
    for (const at::Tensor& part : *list) {
      parts.push_back(part.flatten());
      sizes.push_back(part.numel());
    }
  }
  const std::vector<at::Tensor> views =
      at::cat(parts).to(type).split_with_sizes(sizes);
  std::vector<at::Tensor> weights;
  for (std::size_t i = 0; i < matrices.size(); i += 2) {
    weights.push_back(views[i].view_as(matrices[i]));
    weights.push_back(views[i + 1].view_as(matrices[i + 1]));
    weights.push_back(views[matrices.size() + i]);
    weights.push_back(views[matrices.size() + i + 1]);
  }
  return weights;
}

}  // namespace

LayerOutput DeviceKernel::Run(const LayerGates& gates,
                              const LayerInputs& inputs,
                              const at::Tensor& lengths) const {
  const at::TensorOptions options = inputs.options();
  const auto given = c10::typeMetaToScalarType(options.dtype());
  const auto type = precision_ == Precision::kBf16 ? at::kBFloat16 : given;
  const Packing packing =
      PackOnDevice(lengths, inputs.time(), options.device());
  const bool both = gates.backward.has_value();
  const at::Tensor zeros =
      at::zeros({both ? 2 : 1, inputs.rows(), gates.forward.hidden_size()},
                options.dtype(type));
  const auto [packed, last, cells] =
      at::lstm(PackInputs(inputs, packing.places).to(type), packing.live,
               {zeros, zeros}, Weights(gates, type), /*has_biases=*/true,
               /*num_layers=*/1, /*dropout=*/0,
               /*train=*/c10::GradMode::is_enabled(), /*bidirectional=*/both);
  const at::Tensor h = packed.to(given);
  const std::int64_t rows = inputs.rows();
  return {.outputs = at::zeros({rows * inputs.time(), h.size(1)}, h.options())
                         .index_copy(0, packing.places, h)
                         .view({rows, inputs.time(), h.size(1)}),
          .last = last.index_select(1, packing.ranks)
                      .transpose(0, 1)
                      .reshape({rows, h.size(1)})
                      .to(given)};
}

}  // namespace carousel
