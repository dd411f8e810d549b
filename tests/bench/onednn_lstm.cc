#include "tests/bench/onednn_lstm.h"

#include <algorithm>
#include <cstddef>
#include <cstring>

namespace carousel {
namespace {

using dnnl::memory;
using Tag = memory::format_tag;
constexpr auto kF32 = memory::data_type::f32;
constexpr std::int64_t kGates = 4;
// The library's order, i, f, c, o, in ours, f, i, c, o.
constexpr std::int64_t kOurGate[kGates] = {1, 0, 2, 3};

memory::desc Describe(const memory::dims& dims, memory::data_type type,
                      Tag tag) {
  return memory::desc(dims, type, tag);
}

dnnl::lstm_forward::desc DescribeLstm(std::int64_t time, std::int64_t rows,
                                      std::int64_t inputs, std::int64_t hidden,
                                      memory::data_type type) {
  const memory::desc zeros;
  return dnnl::lstm_forward::desc(
      dnnl::prop_kind::forward_inference,
      dnnl::rnn_direction::unidirectional_left2right,
      Describe({time, rows, inputs}, type, Tag::tnc), zeros, zeros,
      Describe({1, 1, inputs, kGates, hidden}, type, Tag::any),
      Describe({1, 1, hidden, kGates, hidden}, type, Tag::any),
      Describe({1, 1, kGates, hidden}, kF32, Tag::any),
      Describe({time, rows, hidden}, type, Tag::tnc), zeros, zeros);
}

// Columns of our rows, [gate, hidden] of [h, x], as [column, gate, hidden].
memory Turned(const CellWeights& cell, std::int64_t hidden, std::int64_t row,
              std::int64_t first, std::int64_t count,
              const dnnl::engine& engine) {
  memory turned(Describe({1, 1, count, kGates, hidden}, kF32, Tag::ldigo),
                engine);
  auto* to = static_cast<float*>(turned.get_data_handle());
  for (std::int64_t column = first; column < first + count; ++column) {
    for (const std::int64_t gate : kOurGate) {
      for (std::int64_t unit = 0; unit < hidden; ++unit) {
        *to++ = cell.weight[(gate * hidden + unit) * row + column];
      }
    }
  }
  return turned;
}

memory BiasOf(const CellWeights& cell, std::int64_t hidden,
              const dnnl::engine& engine) {
  memory bias(Describe({1, 1, kGates, hidden}, kF32, Tag::ldgo), engine);
  auto* to = static_cast<float*>(bias.get_data_handle());
  for (const std::int64_t gate : kOurGate) {
    to = std::copy_n(cell.bias + gate * hidden, hidden, to);
  }
  return bias;
}

}  // namespace

bool OnednnLstm::Supports(memory::data_type type) {
  try {
    dnnl::lstm_forward::primitive_desc(
        DescribeLstm(2, 8, 64, 64, type),
        dnnl::engine(dnnl::engine::kind::cpu, 0));
    return true;
  } catch (const dnnl::error&) {
    return false;
  }
}

OnednnLstm::OnednnLstm(const RandomNetwork& network, const CellWeights& cell,
                       memory::data_type type)
    : type_(type),
      inputs_(network.config().embedding_size),
      hidden_(network.config().hidden_size),
      weights_x_(
          Turned(cell, hidden_, hidden_ + inputs_, hidden_, inputs_, engine_)),
      weights_h_(Turned(cell, hidden_, hidden_ + inputs_, 0, hidden_, engine_)),
      bias_(BiasOf(cell, hidden_, engine_)) {
  const memory::dims shape = {network.config().vocabulary_size, inputs_};
  memory f32(Describe(shape, kF32, Tag::ab), engine_);
  std::copy(network.embedding().begin(), network.embedding().end(),
            static_cast<float*>(f32.get_data_handle()));
  embedding_ = memory(Describe(shape, type, Tag::ab), engine_);
  dnnl::reorder(f32, embedding_).execute(stream_, f32, embedding_);
  stream_.wait();
}

memory OnednnLstm::Packed(memory plain, const memory::desc& wanted) {
  for (const memory& packed : packed_) {
    if (packed.get_desc() == wanted) return packed;
  }
  memory packed(wanted, engine_);
  dnnl::reorder(plain, packed).execute(stream_, plain, packed);
  stream_.wait();
  return packed_.emplace_back(packed);
}

OnednnLstm::Plan OnednnLstm::MakePlan(std::int64_t time, std::int64_t rows) {
  const dnnl::lstm_forward::primitive_desc description(
      DescribeLstm(time, rows, inputs_, hidden_, type_), engine_);
  return {.primitive = dnnl::lstm_forward(description),
          .inputs = description.src_layer_desc(),
          .outputs = description.dst_layer_desc(),
          .weights_x = Packed(weights_x_, description.weights_layer_desc()),
          .weights_h = Packed(weights_h_, description.weights_iter_desc()),
          .bias = Packed(bias_, description.bias_desc())};
}

void OnednnLstm::Prepare(const PaddedTokens& batch) {
  const auto [plan, is_new] = plans_.try_emplace({batch.time, batch.rows});
  if (!is_new) return;
  plan->second = MakePlan(batch.time, batch.rows);
  in_.resize(std::max(in_.size(), plan->second.inputs.get_size()));
  out_.resize(std::max(out_.size(), plan->second.outputs.get_size()));
}

void OnednnLstm::Gather(const PaddedTokens& batch) {
  const std::size_t row_bytes =
      static_cast<std::size_t>(inputs_) * memory::data_type_size(type_);
  const auto* table = static_cast<const char*>(embedding_.get_data_handle());
  const auto count = static_cast<std::int64_t>(batch.tokens.size());
#pragma omp parallel for
  for (std::int64_t i = 0; i < count; ++i) {
    std::memcpy(in_.data() + static_cast<std::size_t>(i) * row_bytes,
                table + static_cast<std::size_t>(batch.tokens[i]) * row_bytes,
                row_bytes);
  }
}

void OnednnLstm::Run(const PaddedTokens& batch) {
  const Plan& plan = plans_.at({batch.time, batch.rows});
  Gather(batch);
  const memory inputs(plan.inputs, engine_, in_.data());
  const memory outputs(plan.outputs, engine_, out_.data());
  plan.primitive.execute(stream_, {{DNNL_ARG_SRC_LAYER, inputs},
                                   {DNNL_ARG_WEIGHTS_LAYER, plan.weights_x},
                                   {DNNL_ARG_WEIGHTS_ITER, plan.weights_h},
                                   {DNNL_ARG_BIAS, plan.bias},
                                   {DNNL_ARG_DST_LAYER, outputs}});
  stream_.wait();
}

std::vector<float> OnednnLstm::Outputs(const PaddedTokens& batch) {
  const memory::dims shape = {batch.time, batch.rows, hidden_};
  const memory made(Describe(shape, type_, Tag::abc), engine_, out_.data());
  std::vector<float> floats(
      static_cast<std::size_t>(batch.time * batch.rows * hidden_));
  const memory f32(Describe(shape, kF32, Tag::abc), engine_, floats.data());
  dnnl::reorder(made, f32).execute(stream_,
                                   {{DNNL_ARG_FROM, made}, {DNNL_ARG_TO, f32}});
  stream_.wait();
  return floats;
}

}  // namespace carousel
