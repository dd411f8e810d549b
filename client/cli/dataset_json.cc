// What --json prints of a dataset's description.
#include <algorithm>

#include "client/cli/dataset_output.h"
#include "client/cli/json_output.h"

namespace carousel::client {
namespace {

using Json = nlohmann::ordered_json;

Json CountsToJson(const NamedCounts& counts) {
  Json json = Json::object();
  for (const auto& [name, count] : counts) json[name] = count;
  return json;
}

template <typename Words>
Json WordsToJson(const Words& words) {
  auto array = Json::array();
  for (const auto& word : words) {
    array.push_back({{"word", word.word()}, {"count", word.count()}});
  }
  return array;
}

// The texts of a bin by label; those without labels under "".
Json LengthsToJson(const v1::DatasetStatistics& statistics) {
  auto bins = Json::array();
  for (const v1::HistogramBin& bin : statistics.lengths()) {
    NamedCounts texts(bin.texts().begin(), bin.texts().end());
    std::ranges::sort(texts);
    bins.push_back({{"from", bin.from()}, {"texts", CountsToJson(texts)}});
  }
  return bins;
}

Json OverlapsToJson(const v1::DescribeDatasetResponse& description) {
  auto overlaps = Json::array();
  for (const v1::DatasetOverlap& overlap : description.overlaps()) {
    overlaps.push_back(
        {{"dataset", overlap.dataset()},
         {"rows", overlap.rows()},
         {"splits", CountsToJson(SplitCounts(overlap.splits()))},
         {"other_splits", CountsToJson(SplitCounts(overlap.other_splits()))}});
  }
  return overlaps;
}

}  // namespace

Json ToJson(const v1::DescribeDatasetResponse& description) {
  const v1::DatasetStatistics& statistics = description.statistics();
  Json coverage = nullptr;
  if (statistics.has_coverage()) {
    coverage = {
        {"tokens", statistics.coverage().tokens()},
        {"words", statistics.coverage().words()},
        {"unknown", WordsToJson(statistics.coverage().unknown_words())}};
  }
  const v1::TokenStatistics& tokens = statistics.tokens();
  const v1::Padding& padding = statistics.padding();
  return {{"dataset", description.dataset().name()},
          {"rows", description.dataset().rows()},
          {"labels", CountsToJson(LabelCounts(statistics))},
          {"splits", CountsToJson(SplitCounts(statistics.splits()))},
          {"tokens",
           {{"median", tokens.median()},
            {"mean", tokens.mean()},
            {"p95", tokens.p95()},
            {"max", tokens.max()}}},
          {"duplicates", statistics.duplicates()},
          {"vocabulary", statistics.vocabulary()},
          {"coverage", coverage},
          {"padding",
           {{"length", padding.length()},
            {"padded_share", padding.padded_share()}}},
          {"unlabelled", description.dataset().unlabelled()},
          {"lengths", LengthsToJson(statistics)},
          {"frequent_words", WordsToJson(statistics.frequent_words())},
          {"overlaps", OverlapsToJson(description)}};
}

}  // namespace carousel::client
