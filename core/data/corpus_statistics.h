// What there is to know about a dataset before training on it.
#ifndef CAROUSEL_CORE_DATA_CORPUS_STATISTICS_H_
#define CAROUSEL_CORE_DATA_CORPUS_STATISTICS_H_

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <stop_token>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/data/dataset.h"
#include "core/text/text_options.h"

namespace carousel {

struct LengthStatistics {  // tokens a text
  double median = 0;
  double mean = 0;
  double p95 = 0;
  std::int64_t max = 0;
};

// Texts cut and padded to `length` tokens: which share of the positions is
// padding.
struct PaddingChoice {
  std::int64_t length = 0;
  double padded_share = 0;
};

struct CorpusStatistics {
  std::int64_t rows = 0;
  std::array<std::int64_t, 2> labels = {0, 0};
  std::array<std::int64_t, 3> splits = {0, 0, 0};
  LengthStatistics tokens;
  std::int64_t duplicates = 0;
  std::int64_t vocabulary = 0;  // distinct tokens
  // The share of all tokens, and of distinct ones, that the vectors hold;
  // nothing without vectors.
  std::optional<double> token_coverage;
  std::optional<double> word_coverage;
  PaddingChoice padding;
};

// The share of padding when texts of these lengths are cut and padded to
// `length`.
double PaddedShare(const std::vector<std::int64_t>& lengths,
                   std::int64_t length);

// The largest length at which padding stays the minority: its share is at most
// `max_share`. Longer keeps more of the long texts, shorter wastes less work
// on zeros; never above the longest text.
PaddingChoice ChoosePaddingLength(const std::vector<std::int64_t>& lengths,
                                  double max_share = 0.5);

// `has_vector` may be null. Tokenizes with `options`. CANCELLED once `stop` is
// requested.
absl::StatusOr<CorpusStatistics> ComputeCorpusStatistics(
    const Dataset& dataset, const TextOptions& options,
    const std::function<bool(std::string_view word)>& has_vector,
    const std::stop_token& stop = {});

}  // namespace carousel

#endif  // CAROUSEL_CORE_DATA_CORPUS_STATISTICS_H_
