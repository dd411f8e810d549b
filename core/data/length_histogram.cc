#include "core/data/length_histogram.h"

#include <algorithm>
#include <cstddef>

namespace carousel {
namespace {

// The smallest of 1, 2, 5, 10, 20, ... with which the bins reach `length`.
std::int64_t ChooseWidth(std::int64_t length) {
  for (std::int64_t power = 1;; power *= 10) {
    for (const std::int64_t digit : {1, 2, 5}) {
      const std::int64_t width = digit * power;
      if (length / width < kMaxLengthBins) return width;
    }
  }
}

}  // namespace

std::vector<LengthBin> BinLengths(const LengthsByLabel& lengths) {
  std::vector<std::int64_t> all = lengths[0];
  all.insert(all.end(), lengths[1].begin(), lengths[1].end());
  if (all.empty()) return {};
  // The nearest rank: at most 1 % of the texts are longer.
  const auto rank =
      static_cast<std::ptrdiff_t>((all.size() * 99 + 99) / 100 - 1);
  std::nth_element(all.begin(), all.begin() + rank, all.end());
  const std::int64_t covered = all[rank];
  const std::int64_t width = ChooseWidth(covered);
  std::vector<LengthBin> bins(covered / width + 1);
  for (std::size_t i = 0; i < bins.size(); ++i) {
    bins[i].from = static_cast<std::int64_t>(i) * width;
  }
  for (std::size_t label = 0; label < lengths.size(); ++label) {
    for (const std::int64_t length : lengths[label]) {
      const auto bin = static_cast<std::size_t>(length / width);
      ++bins[std::min(bin, bins.size() - 1)].texts[label];
    }
  }
  return bins;
}

}  // namespace carousel
