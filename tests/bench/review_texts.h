// Texts as reviews are, for benchmarks: their lengths, and how often a word
// comes again.
#ifndef CAROUSEL_TESTS_BENCH_REVIEW_TEXTS_H_
#define CAROUSEL_TESTS_BENCH_REVIEW_TEXTS_H_

#include <cstdint>
#include <random>
#include <vector>

#include "core/text/encoder.h"
#include "tests/bench/review_lengths.h"

namespace carousel {

// One text a length. Words as often as in a language, the n-th most frequent
// about 1 / n, from 2 (after the reserved ones) to `vocabulary`.
inline std::vector<EncodedText> ReviewTexts(
    const std::vector<std::int64_t>& lengths, std::int64_t vocabulary,
    std::mt19937& random) {
  std::vector<double> weights;
  for (std::int64_t rank = 0; rank < vocabulary - 2; ++rank) {
    weights.push_back(1.0 / (static_cast<double>(rank) + 2.7));
  }
  std::discrete_distribution<TokenId> word(weights.begin(), weights.end());
  std::vector<EncodedText> texts(lengths.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    for (std::int64_t t = 0; t < lengths[i]; ++t) {
      texts[i].tokens.push_back(2 + word(random));
    }
  }
  return texts;
}

}  // namespace carousel

#endif  // CAROUSEL_TESTS_BENCH_REVIEW_TEXTS_H_
