// The texts that read one layer just now, and what is known of each.
#ifndef CAROUSEL_CORE_ENGINE_LAYER_SLOTS_H_
#define CAROUSEL_CORE_ENGINE_LAYER_SLOTS_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/engine/aligned_floats.h"
#include "core/engine/packed_network.h"
#include "core/engine/row_source.h"
#include "core/engine/step_crew.h"

namespace carousel {

// A text in a slot. [tokens, direction, hidden] each:
struct Reading {
  Row row;
  AlignedFloats inputs;   // the outputs of the layer before; null in the first
  AlignedFloats outputs;  // of this layer; null in the last
  std::int64_t steps = 0;

  std::int64_t length() const {
    return static_cast<std::int64_t>(row.tokens.size());
  }
  bool ended() const { return steps == length(); }
  // Of the token that is read next; the backward direction begins at the end.
  std::int64_t position(std::size_t direction) const {
    return direction == 0 ? steps : length() - 1 - steps;
  }
};

// For one thread.
class LayerSlots {
 public:
  // `loop` is the one that this serves, and must outlive it.
  LayerSlots(const PackedNetwork& network, std::size_t layer,
             std::int64_t slots, StepCrew::Loop& loop);

  // There must be a slot free.
  void Add(const Row& row, AlignedFloats inputs);

  // One token of each text, in each direction.
  void Step();

  // Takes a text that has read its last token out of its slot; false when
  // there is none. `logit` is set in the last layer.
  bool TakeEnded(Reading& reading, double& logit);

 private:
  // [slots, hidden] each, row by row as `readings_`.
  struct DirectionState {
    AlignedFloats h;
    AlignedFloats h_out;  // of the step that is being made
    AlignedFloats c;
    // Over the outputs so far, where the pooling wants them; else null.
    AlignedFloats max;
    AlignedFloats sum;
  };

  void StepDirection(std::size_t direction);
  // Has the kernel make all panels of `whole`, which says nothing of panels.
  template <typename Args>
  void MakePanels(void (*kernel)(const Args&), const Args& whole);
  // What each text's token gives to the gates, into `maps_`.
  void FindMaps(std::size_t direction);
  void Pool(DirectionState& state);
  double Logit(std::int64_t slot) const;
  void Remove(std::int64_t slot);
  bool last_layer() const { return layer_ + 1 == network_.layers.size(); }

  const PackedNetwork& network_;
  const std::size_t layer_;
  StepCrew::Loop& loop_;
  std::vector<Reading> readings_;
  std::vector<DirectionState> directions_;
  bool last_first_ = false;  // the order of a step, which goes back and forth
  AlignedFloats projected_;  // [slots, gate row]
  std::vector<const float*> maps_;
  // Of the rows that need their product.
  std::vector<const float*> inputs_;
  std::vector<float*> products_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_LAYER_SLOTS_H_
