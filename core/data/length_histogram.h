// How long texts are, in bins.
#ifndef CAROUSEL_CORE_DATA_LENGTH_HISTOGRAM_H_
#define CAROUSEL_CORE_DATA_LENGTH_HISTOGRAM_H_

#include <array>
#include <cstdint>
#include <vector>

namespace carousel {

// Lengths in tokens, [negative, positive]; those without a label are [0].
using LengthsByLabel = std::array<std::vector<std::int64_t>, 2>;

struct LengthBin {
  std::int64_t from = 0;                   // the first length in it
  std::array<std::int64_t, 2> texts = {};  // as LengthsByLabel
};

// Bins from 0 on, all of the same width, which is 1, 2 or 5 times a power of
// ten; the last one is open and holds whatever is longer too. At most
// kMaxLengthBins of them, such that at most one text in 100 falls into the open
// one beyond its width: a few very long texts flatten nothing. No texts, no
// bins.
inline constexpr std::int64_t kMaxLengthBins = 20;
std::vector<LengthBin> BinLengths(const LengthsByLabel& lengths);

}  // namespace carousel

#endif  // CAROUSEL_CORE_DATA_LENGTH_HISTOGRAM_H_
