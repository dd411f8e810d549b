// Continuous batching: one loop over time with slots for texts. A step takes
// one token of every text that is under way; a text that ends is answered at
// once, and another takes its slot at the next step. So texts of any length
// share the loop without padding and without waiting for each other (Gao et
// al., "Low latency RNN inference with cellular batching", EuroSys 2018).
//
// A text reads one layer after the other, both directions of a layer in the
// same steps: the backward one begins at the text's own last token.
#ifndef CAROUSEL_CORE_ENGINE_READING_LOOP_H_
#define CAROUSEL_CORE_ENGINE_READING_LOOP_H_

#include <cstdint>
#include <span>
#include <vector>

#include "core/engine/packed_network.h"
#include "core/engine/parallel_for.h"
#include "core/engine/row_source.h"
#include "core/engine/step_crew.h"
#include "core/text/encoder.h"

namespace carousel {

// As many texts as a loop is worth: whole tiles, and a panel's weights serve
// many of them while they are in the first cache; with more the loops would
// only end apart.
inline constexpr std::int64_t kMaxSlots = 48;

// Reads what the source has, at most `slots` texts at a time, until it has no
// more. An answer is the same, bit for bit, whatever shares the loop. Several
// loops may read from one source. The steps of a text that is alone are
// made by the `crew`, if there is one and the layer is large enough.
void ReadRows(const PackedNetwork& network, std::int64_t slots,
              RowSource& source, StepCrew* crew = nullptr);

// The logit of each text, in order, by a loop on each of `threads` threads.
// The longest texts are begun first, so that the loops end together.
std::vector<double> ReadTexts(const PackedNetwork& network,
                              std::span<const EncodedText> texts, int threads,
                              const ParallelFor& parallel,
                              StepCrew* crew = nullptr);

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_READING_LOOP_H_
