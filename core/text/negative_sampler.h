// Draws the words that are not there: by their frequency, flattened.
#ifndef CAROUSEL_CORE_TEXT_NEGATIVE_SAMPLER_H_
#define CAROUSEL_CORE_TEXT_NEGATIVE_SAMPLER_H_

#include <cstdint>
#include <vector>

#include "core/base/split_mix64.h"
#include "core/text/skip_gram_corpus.h"

namespace carousel {

// Word w with probability count(w)^0.75 over their sum, as Mikolov et al. 2013
// found best, by Walker's alias method (Vose 1991): one random number and one
// look at a table of eight bytes a word, whatever the vocabulary's size.
// Immutable, so thread-safe.
class NegativeSampler {
 public:
  static constexpr double kPower = 0.75;

  // `counts` has at least one entry, all of them above 0.
  explicit NegativeSampler(const std::vector<std::int64_t>& counts);

  WordIndex Draw(SplitMix64& random) const {
    const std::uint64_t bits = random.Next();
    const auto cell =
        static_cast<std::size_t>(((bits >> 32) * cells_.size()) >> 32);
    const Cell& drawn = cells_[cell];
    return static_cast<std::uint32_t>(bits) < drawn.threshold
               ? static_cast<WordIndex>(cell)
               : drawn.alias;
  }

 private:
  // Stands for its own word below the threshold, for another above.
  struct Cell {
    std::uint32_t threshold;
    WordIndex alias;
  };
  std::vector<Cell> cells_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_NEGATIVE_SAMPLER_H_
