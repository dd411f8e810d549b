#include "core/text/negative_sampler.h"

#include <cmath>
#include <limits>
#include <numeric>

namespace carousel {

NegativeSampler::NegativeSampler(const std::vector<std::int64_t>& counts) {
  const std::size_t size = counts.size();
  constexpr std::uint32_t kWhole = std::numeric_limits<std::uint32_t>::max();
  std::vector<double> shares(size);
  for (std::size_t i = 0; i < size; ++i) {
    shares[i] = std::pow(static_cast<double>(counts[i]), kPower);
  }
  const double sum = std::accumulate(shares.begin(), shares.end(), 0.0);
  // Of a cell: what is above 1 fills up the cells that are below.
  std::vector<WordIndex> small, large;
  for (std::size_t i = 0; i < size; ++i) {
    shares[i] *= static_cast<double>(size) / sum;
    (shares[i] < 1 ? small : large).push_back(static_cast<WordIndex>(i));
  }
  cells_.resize(size);
  while (!small.empty() && !large.empty()) {
    const WordIndex filled = small.back();
    const WordIndex donor = large.back();
    small.pop_back();
    cells_[filled] = {static_cast<std::uint32_t>(shares[filled] * kWhole),
                      donor};
    shares[donor] -= 1 - shares[filled];
    if (shares[donor] >= 1) continue;
    large.pop_back();
    small.push_back(donor);
  }
  // What rounding has left over has a cell of its own.
  for (const auto* rest : {&small, &large}) {
    for (const WordIndex word : *rest) cells_[word] = {kWhole, word};
  }
}

}  // namespace carousel
