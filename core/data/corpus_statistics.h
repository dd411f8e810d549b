// What there is to know about a dataset before training on it.
#ifndef CAROUSEL_CORE_DATA_CORPUS_STATISTICS_H_
#define CAROUSEL_CORE_DATA_CORPUS_STATISTICS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "core/data/dataset_reader.h"
#include "core/data/length_histogram.h"
#include "core/text/text_options.h"
#include "core/text/tokenizer.h"
#include "core/text/vocabulary.h"

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

struct WordFrequency {
  std::string word;
  std::int64_t count = 0;
};

// What vectors hold of the texts.
struct VectorCoverage {
  double tokens = 0;  // the share of all tokens
  double words = 0;   // the share of the distinct ones
  // The most frequent of those that the vectors lack.
  std::vector<WordFrequency> unknown_words;
};

struct CorpusStatistics {
  static constexpr std::size_t kFrequentWords = 20;

  std::int64_t rows = 0;
  // Both are zeros where the dataset is unlabelled.
  std::array<std::int64_t, 2> labels = {0, 0};
  std::array<std::int64_t, 3> splits = {0, 0, 0};
  LengthStatistics tokens;
  std::vector<LengthBin> lengths;
  std::int64_t vocabulary = 0;                // distinct tokens
  std::vector<WordFrequency> frequent_words;  // at most kFrequentWords
  // Nothing without vectors, or without tokens.
  std::optional<VectorCoverage> coverage;
  PaddingChoice padding;
};

// Which words there are vectors of; a null `has_word` means that there are no
// vectors.
struct CoverageRequest {
  std::function<bool(std::string_view word)> has_word;
  std::size_t unknown_words = 0;  // how many of them to list
};

// Takes rows one by one and keeps no text: its memory is that of the distinct
// words and eight bytes a row. Not thread-safe.
class CorpusSurvey {
 public:
  explicit CorpusSurvey(const TextOptions& options) : tokenizer_(options) {}

  // The tokenizer's errors.
  absl::Status Add(const DatasetRow& row);

  CorpusStatistics Finish(const CoverageRequest& coverage) &&;

 private:
  const Tokenizer tokenizer_;
  CorpusStatistics statistics_;
  WordCounts counts_;
  LengthsByLabel lengths_;
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

}  // namespace carousel

#endif  // CAROUSEL_CORE_DATA_CORPUS_STATISTICS_H_
