#include "core/data/corpus_statistics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

#include "core/base/status_macros.h"
#include "core/text/tokenizer.h"
#include "core/text/vocabulary.h"

namespace carousel {
namespace {

LengthStatistics DescribeLengths(std::vector<std::int64_t> lengths) {
  LengthStatistics statistics;
  if (lengths.empty()) return statistics;
  std::sort(lengths.begin(), lengths.end());
  const std::size_t count = lengths.size();
  statistics.median =
      static_cast<double>(lengths[(count - 1) / 2] + lengths[count / 2]) / 2;
  statistics.mean = static_cast<double>(std::accumulate(
                        lengths.begin(), lengths.end(), std::int64_t{0})) /
                    static_cast<double>(count);
  // The nearest rank: the smallest length that 95 % of the texts do not exceed.
  statistics.p95 = static_cast<double>(lengths[(count * 95 + 99) / 100 - 1]);
  statistics.max = lengths.back();
  return statistics;
}

void AddCoverage(const WordCounts& counts,
                 const std::function<bool(std::string_view word)>& has_vector,
                 CorpusStatistics& statistics) {
  std::int64_t covered_tokens = 0;
  std::int64_t covered_words = 0;
  for (const auto& [word, count] : counts.counts()) {
    if (!has_vector(word)) continue;
    covered_tokens += count;
    ++covered_words;
  }
  if (counts.total() == 0) return;
  statistics.token_coverage =
      static_cast<double>(covered_tokens) / static_cast<double>(counts.total());
  statistics.word_coverage = static_cast<double>(covered_words) /
                             static_cast<double>(counts.counts().size());
}

}  // namespace

double PaddedShare(const std::vector<std::int64_t>& lengths,
                   std::int64_t length) {
  if (lengths.empty() || length <= 0) return 0;
  std::int64_t kept = 0;
  for (const std::int64_t text : lengths) kept += std::min(text, length);
  return 1 - static_cast<double>(kept) / (static_cast<double>(lengths.size()) *
                                          static_cast<double>(length));
}

PaddingChoice ChoosePaddingLength(const std::vector<std::int64_t>& lengths,
                                  double max_share) {
  if (lengths.empty()) return {};
  // The share never falls as the length grows, so the largest length that
  // satisfies it is found by halving.
  std::int64_t fits = 1;
  std::int64_t limit = *std::max_element(lengths.begin(), lengths.end());
  while (fits < limit) {
    const std::int64_t middle = fits + (limit - fits + 1) / 2;
    if (PaddedShare(lengths, middle) <= max_share) {
      fits = middle;
    } else {
      limit = middle - 1;
    }
  }
  return {.length = fits, .padded_share = PaddedShare(lengths, fits)};
}

absl::StatusOr<CorpusStatistics> ComputeCorpusStatistics(
    const Dataset& dataset, const TextOptions& options,
    const std::function<bool(std::string_view word)>& has_vector,
    const std::stop_token& stop) {
  CorpusStatistics statistics;
  statistics.rows = static_cast<std::int64_t>(dataset.examples.size());
  statistics.duplicates = dataset.findings.duplicate_rows;
  const Tokenizer tokenizer(options);
  WordCounts counts;
  std::vector<std::int64_t> lengths;
  lengths.reserve(dataset.examples.size());
  for (const Example& example : dataset.examples) {
    if (stop.stop_requested()) {
      return absl::CancelledError("the dataset's statistics were stopped");
    }
    ++statistics.labels[example.label];
    ++statistics.splits[static_cast<std::size_t>(example.split)];
    ASSIGN_OR_RETURN(const std::vector<std::string> tokens,
                     tokenizer.Tokenize(example.text));
    for (const std::string& token : tokens) counts.Add(token);
    lengths.push_back(static_cast<std::int64_t>(tokens.size()));
  }
  statistics.vocabulary = static_cast<std::int64_t>(counts.counts().size());
  statistics.padding = ChoosePaddingLength(lengths);
  statistics.tokens = DescribeLengths(std::move(lengths));
  if (has_vector) AddCoverage(counts, has_vector, statistics);
  return statistics;
}

}  // namespace carousel
