#include "client/cli/dataset_output.h"

#include <algorithm>
#include <iterator>
#include <string_view>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/cli/format.h"
#include "client/cli/json_output.h"
#include "client/cli/table.h"
#include "core/base/strings.h"

namespace carousel::client {
namespace {

// "7,000 train, 2,000 validation, 1,000 test".
std::string FormatCounts(const NamedCounts& counts) {
  return absl::StrJoin(counts, ", ", [](std::string* out, const auto& count) {
    absl::StrAppend(out, FormatCount(count.second), " ", count.first);
  });
}

// "1 negative (0)": which of the two it is where the spelling does not say.
std::string FormatLabels(const NamedCounts& labels) {
  static constexpr std::pair<std::string_view, std::string_view> kMeanings[] = {
      {"0", "negative"},
      {"1", "positive"},
      {"neg", "negative"},
      {"pos", "positive"}};
  NamedCounts explained = labels;
  for (auto& [label, count] : explained) {
    const auto meaning = std::ranges::find(
        kMeanings, absl::AsciiStrToLower(absl::StripAsciiWhitespace(label)),
        [](const auto& pair) { return pair.first; });
    if (meaning == std::end(kMeanings)) continue;
    label = absl::StrCat(ToAbslView(meaning->second), " (", label, ")");
  }
  return FormatCounts(explained);
}

void PrintFieldsOf(const v1::DescribeDatasetResponse& description,
                   std::ostream& out) {
  const v1::DatasetStatistics& statistics = description.statistics();
  const v1::TokenStatistics& tokens = statistics.tokens();
  std::vector<std::pair<std::string, std::string>> fields = {
      {"dataset", description.dataset().name()},
      {"rows", FormatCount(description.dataset().rows())},
      {"labels", FormatLabels(LabelCounts(statistics))},
      {"splits", FormatCounts(SplitCounts(statistics))},
      {"tokens a text",
       absl::StrFormat("median %.0f, mean %.1f, 95%% up to %.0f, at most %s",
                       tokens.median(), tokens.mean(), tokens.p95(),
                       FormatCount(tokens.max()))},
      {"duplicates", FormatCount(statistics.duplicates())},
      {"vocabulary", FormatCount(statistics.vocabulary())}};
  if (statistics.has_coverage()) {
    fields.emplace_back(
        "coverage", absl::StrCat(FormatShare(statistics.coverage().tokens()),
                                 " of the tokens, ",
                                 FormatShare(statistics.coverage().words()),
                                 " of the words"));
  }
  fields.emplace_back(
      "padding", absl::StrCat("to ", FormatCount(statistics.padding().length()),
                              " tokens leaves ",
                              FormatShare(statistics.padding().padded_share()),
                              " of the positions padded"));
  PrintFields(out, fields);
}

}  // namespace

NamedCounts LabelCounts(const v1::DatasetStatistics& statistics) {
  NamedCounts counts(statistics.labels().begin(), statistics.labels().end());
  std::sort(counts.begin(), counts.end());
  return counts;
}

NamedCounts SplitCounts(const v1::DatasetStatistics& statistics) {
  NamedCounts counts;
  for (const char* split : {"train", "validation", "test"}) {
    const auto found = statistics.splits().find(split);
    counts.emplace_back(split,
                        found == statistics.splits().end() ? 0 : found->second);
  }
  return counts;
}

void PrintDescription(const v1::DescribeDatasetResponse& description,
                      Session& session) {
  if (session.json()) {
    session.PrintJson(ToJson(description));
  } else {
    PrintFieldsOf(description, session.console().out());
  }
  const v1::DatasetStatistics& statistics = description.statistics();
  if (statistics.conflicting_groups() == 0) return;
  session.console().Warning(
      absl::StrCat(FormatCount(statistics.conflicting_groups()),
                   " texts stand there with both labels: ",
                   absl::StrJoin(statistics.conflict_examples(), "; ")));
}

}  // namespace carousel::client
