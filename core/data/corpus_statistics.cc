#include "core/data/corpus_statistics.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <utility>

#include "absl/functional/function_ref.h"
#include "core/base/status_macros.h"

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

// The `limit` most frequent words that `is_wanted`, words of equal count in
// byte order.
std::vector<WordFrequency> MostFrequent(
    const WordCounts& counts, std::size_t limit,
    absl::FunctionRef<bool(std::string_view word)> is_wanted) {
  // Pointers first: of a large vocabulary nearly all is thrown away.
  std::vector<const std::pair<const std::string, std::int64_t>*> found;
  for (const auto& entry : counts.counts()) {
    if (is_wanted(entry.first)) found.push_back(&entry);
  }
  const std::size_t size = std::min(limit, found.size());
  std::ranges::partial_sort(
      found, found.begin() + static_cast<std::ptrdiff_t>(size),
      [](const auto* a, const auto* b) {
        return a->second != b->second ? a->second > b->second
                                      : a->first < b->first;
      });
  std::vector<WordFrequency> words;
  for (std::size_t i = 0; i < size; ++i) {
    words.push_back({.word = found[i]->first, .count = found[i]->second});
  }
  return words;
}

std::optional<VectorCoverage> MeasureCoverage(const WordCounts& counts,
                                              const CoverageRequest& request) {
  if (!request.has_word || counts.total() == 0) return std::nullopt;
  std::int64_t covered_tokens = 0;
  std::int64_t covered_words = 0;
  for (const auto& [word, count] : counts.counts()) {
    if (!request.has_word(word)) continue;
    covered_tokens += count;
    ++covered_words;
  }
  return VectorCoverage{
      .tokens = static_cast<double>(covered_tokens) /
                static_cast<double>(counts.total()),
      .words = static_cast<double>(covered_words) /
               static_cast<double>(counts.counts().size()),
      .unknown_words = MostFrequent(counts, request.unknown_words,
                                    [&request](std::string_view word) {
                                      return !request.has_word(word);
                                    })};
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

absl::Status CorpusSurvey::Add(const DatasetRow& row) {
  std::int64_t length = 0;
  RETURN_IF_ERROR(
      tokenizer_.ForEachToken(row.text, [&](std::string_view token) {
        counts_.Add(token);
        ++length;
      }));
  ++statistics_.rows;
  if (row.label.has_value()) ++statistics_.labels[*row.label];
  if (row.split.has_value()) {
    ++statistics_.splits[static_cast<std::size_t>(*row.split)];
  }
  lengths_[row.label.value_or(0)].push_back(length);
  return absl::OkStatus();
}

CorpusStatistics CorpusSurvey::Finish(const CoverageRequest& coverage) && {
  statistics_.vocabulary = static_cast<std::int64_t>(counts_.counts().size());
  statistics_.frequent_words =
      MostFrequent(counts_, CorpusStatistics::kFrequentWords,
                   [](std::string_view) { return true; });
  statistics_.coverage = MeasureCoverage(counts_, coverage);
  statistics_.lengths = BinLengths(lengths_);
  std::vector<std::int64_t> all = std::move(lengths_[0]);
  all.insert(all.end(), lengths_[1].begin(), lengths_[1].end());
  statistics_.padding = ChoosePaddingLength(all);
  statistics_.tokens = DescribeLengths(std::move(all));
  return std::move(statistics_);
}

}  // namespace carousel
