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
#include "client/cli/length_chart.h"
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

using Fields = std::vector<std::pair<std::string, std::string>>;

using Words = google::protobuf::RepeatedPtrField<v1::WordCount>;

std::string FormatWords(const Words& words) {
  return absl::StrJoin(words, " ",
                       [](std::string* out, const v1::WordCount& word) {
                         absl::StrAppend(out, word.word());
                       });
}

// "anyhoo 12, woozy 7".
std::string FormatWordCounts(const Words& words) {
  return absl::StrJoin(
      words, ", ", [](std::string* out, const v1::WordCount& word) {
        absl::StrAppend(out, word.word(), " ", FormatCount(word.count()));
      });
}

void AddCoverage(const v1::Coverage& coverage, Fields& fields) {
  fields.emplace_back(
      "coverage",
      absl::StrCat(FormatShare(coverage.tokens()), " of the tokens, ",
                   FormatShare(coverage.words()), " of the words"));
  if (coverage.unknown_words().empty()) return;
  fields.emplace_back("without vector",
                      FormatWordCounts(coverage.unknown_words()));
}

// "9 texts (7 train, 2 validation, 0 test); there 9 train, ...".
std::string FormatOverlap(const v1::DatasetOverlap& overlap) {
  std::string text = absl::StrCat(FormatCount(overlap.rows()), " of the texts");
  const NamedCounts here = SplitCounts(overlap.splits());
  const NamedCounts there = SplitCounts(overlap.other_splits());
  if (!here.empty()) absl::StrAppend(&text, " (", FormatCounts(here), ")");
  if (!there.empty()) absl::StrAppend(&text, "; there ", FormatCounts(there));
  return text;
}

void PrintFieldsOf(const v1::DescribeDatasetResponse& description,
                   std::ostream& out) {
  const v1::DatasetStatistics& statistics = description.statistics();
  const v1::TokenStatistics& tokens = statistics.tokens();
  Fields fields = {{"dataset", description.dataset().name()},
                   {"rows", FormatCount(description.dataset().rows())}};
  if (description.dataset().unlabelled()) {
    fields.emplace_back("labels", "none, and no splits");
  } else {
    fields.emplace_back("labels", FormatLabels(LabelCounts(statistics)));
    fields.emplace_back("splits",
                        FormatCounts(SplitCounts(statistics.splits())));
  }
  fields.emplace_back(
      "tokens a text",
      absl::StrFormat("median %.0f, mean %.1f, 95%% up to %.0f, at most %s",
                      tokens.median(), tokens.mean(), tokens.p95(),
                      FormatCount(tokens.max())));
  fields.emplace_back("duplicates", FormatCount(statistics.duplicates()));
  fields.emplace_back("vocabulary", FormatCount(statistics.vocabulary()));
  if (!statistics.frequent_words().empty()) {
    fields.emplace_back("most frequent",
                        FormatWords(statistics.frequent_words()));
  }
  if (statistics.has_coverage()) AddCoverage(statistics.coverage(), fields);
  fields.emplace_back(
      "padding", absl::StrCat("to ", FormatCount(statistics.padding().length()),
                              " tokens leaves ",
                              FormatShare(statistics.padding().padded_share()),
                              " of the positions padded"));
  for (const v1::DatasetOverlap& overlap : description.overlaps()) {
    fields.emplace_back(absl::StrCat("also in ", overlap.dataset()),
                        FormatOverlap(overlap));
  }
  PrintFields(out, fields);
}

}  // namespace

NamedCounts LabelCounts(const v1::DatasetStatistics& statistics) {
  NamedCounts counts(statistics.labels().begin(), statistics.labels().end());
  std::sort(counts.begin(), counts.end());
  return counts;
}

NamedCounts SplitCounts(const SplitMap& splits) {
  NamedCounts counts;
  if (splits.empty()) return counts;
  for (const char* split : {"train", "validation", "test"}) {
    const auto found = splits.find(split);
    counts.emplace_back(split, found == splits.end() ? 0 : found->second);
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

void PrintLengths(const v1::DescribeDatasetResponse& description,
                  Session& session) {
  const Environment& environment = session.environment();
  const std::string chart =
      DrawLengths(description.statistics(),
                  {.columns = environment.out_is_terminal
                                  ? environment.terminal_size().columns
                                  : 0,
                   .unicode = IsUtf8Locale(environment.variable)});
  if (!chart.empty()) session.console().out() << '\n' << chart;
}

}  // namespace carousel::client
