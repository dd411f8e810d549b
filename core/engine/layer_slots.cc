#include "core/engine/layer_slots.h"

#include <algorithm>
#include <limits>
#include <utility>

namespace carousel {
namespace {

// The numbers of a slot in an array of [slots, hidden].
float* SlotOf(const AlignedFloats& floats, std::int64_t slot,
              std::int64_t hidden) {
  return floats.get() + slot * hidden;
}

}  // namespace

LayerSlots::LayerSlots(const PackedNetwork& network, std::size_t layer,
                       std::int64_t slots, StepCrew::Loop& loop)
    : network_(network), layer_(layer), loop_(loop) {
  const std::int64_t numbers = slots * network.hidden;
  const bool pools = last_layer();
  for (int d = 0; d < network.directions(); ++d) {
    DirectionState& state = directions_.emplace_back();
    state.h = AllocateFloats(numbers);
    state.h_out = AllocateFloats(numbers);
    state.c = AllocateFloats(numbers);
    if (pools && network.head_max != nullptr) {
      state.max = AllocateFloats(numbers);
    }
    if (pools && network.head_mean != nullptr) {
      state.sum = AllocateFloats(numbers);
    }
  }
  projected_ = AllocateFloats(slots * network.gate_row());
}

void LayerSlots::Add(const Row& row, AlignedFloats inputs) {
  const std::int64_t hidden = network_.hidden;
  const auto slot = static_cast<std::int64_t>(readings_.size());
  for (DirectionState& state : directions_) {
    std::fill_n(SlotOf(state.h, slot, hidden), hidden, 0.0F);
    std::fill_n(SlotOf(state.c, slot, hidden), hidden, 0.0F);
    if (state.max != nullptr) {
      std::fill_n(SlotOf(state.max, slot, hidden), hidden,
                  -std::numeric_limits<float>::infinity());
    }
    if (state.sum != nullptr) {
      std::fill_n(SlotOf(state.sum, slot, hidden), hidden, 0.0F);
    }
  }
  Reading& reading = readings_.emplace_back();
  reading.row = row;
  reading.inputs = std::move(inputs);
  if (!last_layer()) {
    reading.outputs =
        AllocateFloats(static_cast<std::int64_t>(row.tokens.size()) *
                       network_.directions() * hidden);
  }
}

void LayerSlots::Step() {
  if (readings_.empty()) return;
  const std::size_t directions = directions_.size();
  for (std::size_t i = 0; i < directions; ++i) {
    StepDirection(last_first_ ? directions - 1 - i : i);
  }
  last_first_ = !last_first_;
  for (Reading& reading : readings_) ++reading.steps;
}

void LayerSlots::StepDirection(std::size_t direction) {
  FindMaps(direction);
  DirectionState& state = directions_[direction];
  const std::int64_t hidden = network_.hidden;
  const StepArgs step = {
      .weights = network_.layers[layer_][direction].weights_h.get(),
      .hidden = static_cast<int>(hidden),
      .rows = static_cast<std::ptrdiff_t>(readings_.size()),
      .maps = maps_.data(),
      .h = state.h.get(),
      .c = state.c.get(),
      .h_out = state.h_out.get(),
      .c_out = state.c.get()};
  MakePanels(network_.kernels->step, step);
  std::swap(state.h, state.h_out);
  if (last_layer()) return Pool(state);
  for (std::size_t slot = 0; slot < readings_.size(); ++slot) {
    const Reading& reading = readings_[slot];
    const std::int64_t at = reading.position(direction);
    const auto d = static_cast<std::int64_t>(direction);
    std::copy_n(
        SlotOf(state.h, static_cast<std::int64_t>(slot), hidden), hidden,
        reading.outputs.get() + (at * network_.directions() + d) * hidden);
  }
}

template <typename Args>
void LayerSlots::MakePanels(void (*kernel)(const Args&), const Args& whole) {
  const auto make = [&](int first, int end) {
    Args some = whole;
    some.first_panel = first;
    some.end_panel = end;
    some.last_first = last_first_;
    kernel(some);
  };
  // A smaller step is over before another core has seen that it began.
  constexpr std::int64_t kWorthSharing = std::int64_t{4} * 128 * 128;
  if (network_.hidden * network_.gate_row() < kWorthSharing) {
    return make(0, network_.panels());
  }
  loop_.MakeStep(whole.rows, network_.panels(), last_first_, make);
}

void LayerSlots::FindMaps(std::size_t direction) {
  const PackedCell& cell = network_.layers[layer_][direction];
  const std::int64_t width = network_.gate_row();
  const std::int64_t input_size = layer_ == 0
                                      ? network_.embedding_size
                                      : network_.directions() * network_.hidden;
  maps_.resize(readings_.size());
  inputs_.clear();
  products_.clear();
  for (std::size_t slot = 0; slot < readings_.size(); ++slot) {
    const Reading& reading = readings_[slot];
    const std::int64_t at = reading.position(direction);
    const float* x = nullptr;
    if (layer_ == 0) {
      const TokenId word = reading.row.tokens[static_cast<std::size_t>(at)];
      maps_[slot] = network_.FoldedMaps(cell, word);
      if (maps_[slot] != nullptr) continue;
      x = network_.EmbeddingOf(word);
    } else {
      x = reading.inputs.get() + at * input_size;
    }
    float* const product =
        projected_.get() + static_cast<std::int64_t>(slot) * width;
    maps_[slot] = product;
    inputs_.push_back(x);
    products_.push_back(product);
  }
  if (inputs_.empty()) return;
  const ProjectArgs product = {
      .weights = cell.weights_x.get(),
      .bias = cell.bias.get(),
      .inputs = static_cast<int>(input_size),
      .rows = static_cast<std::ptrdiff_t>(inputs_.size()),
      .x = inputs_.data(),
      .out = products_.data()};
  MakePanels(network_.kernels->project, product);
}

void LayerSlots::Pool(DirectionState& state) {
  const std::int64_t numbers =
      static_cast<std::int64_t>(readings_.size()) * network_.hidden;
  const float* const h = state.h.get();
  if (float* const max = state.max.get(); max != nullptr) {
    // Of what is no number it stays none: std::max gives its first then.
    for (std::int64_t i = 0; i < numbers; ++i) max[i] = std::max(h[i], max[i]);
  }
  if (float* const sum = state.sum.get(); sum != nullptr) {
    for (std::int64_t i = 0; i < numbers; ++i) sum[i] += h[i];
  }
}

bool LayerSlots::TakeEnded(Reading& reading, double& logit) {
  const auto ended = std::find_if(readings_.begin(), readings_.end(),
                                  [](const Reading& r) { return r.ended(); });
  if (ended == readings_.end()) return false;
  const std::int64_t slot = ended - readings_.begin();
  if (last_layer()) logit = Logit(slot);
  reading = std::move(*ended);
  Remove(slot);
  return true;
}

double LayerSlots::Logit(std::int64_t slot) const {
  const std::int64_t hidden = network_.hidden;
  double logit = network_.head_bias;
  for (std::size_t d = 0; d < directions_.size(); ++d) {
    const DirectionState& state = directions_[d];
    const std::int64_t first = static_cast<std::int64_t>(d) * hidden;
    if (state.max != nullptr) {
      logit += Dot(network_.head_max.get() + first,
                   SlotOf(state.max, slot, hidden), hidden);
    }
    if (state.sum != nullptr) {
      logit += Dot(network_.head_mean.get() + first,
                   SlotOf(state.sum, slot, hidden), hidden) /
               static_cast<double>(readings_[slot].row.tokens.size());
    }
    if (network_.head_last != nullptr) {
      logit += Dot(network_.head_last.get() + first,
                   SlotOf(state.h, slot, hidden), hidden);
    }
  }
  return logit;
}

// The last text moves into the slot, so that the texts stay side by side.
void LayerSlots::Remove(std::int64_t slot) {
  const auto last = static_cast<std::int64_t>(readings_.size()) - 1;
  if (slot != last) {
    const std::int64_t hidden = network_.hidden;
    for (DirectionState& state : directions_) {
      for (const AlignedFloats* floats :
           {&state.h, &state.c, &state.max, &state.sum}) {
        if (*floats == nullptr) continue;
        std::copy_n(SlotOf(*floats, last, hidden), hidden,
                    SlotOf(*floats, slot, hidden));
      }
    }
    readings_[slot] = std::move(readings_.back());
  }
  readings_.pop_back();
}

}  // namespace carousel
