// Texts as long as reviews are, for benchmarks.
#ifndef CAROUSEL_TESTS_BENCH_REVIEW_LENGTHS_H_
#define CAROUSEL_TESTS_BENCH_REVIEW_LENGTHS_H_

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <random>
#include <vector>

namespace carousel {

// In tokens: log-normal, median 174, mean 234, cut at `longest`.
inline std::vector<std::int64_t> ReviewLengths(int count, std::int64_t longest,
                                               std::mt19937& random) {
  std::lognormal_distribution<double> length(std::log(174.0), 0.77);
  std::vector<std::int64_t> lengths;
  for (int i = 0; i < count; ++i) {
    lengths.push_back(
        std::clamp<std::int64_t>(std::llround(length(random)), 10, longest));
  }
  return lengths;
}

}  // namespace carousel

#endif  // CAROUSEL_TESTS_BENCH_REVIEW_LENGTHS_H_
