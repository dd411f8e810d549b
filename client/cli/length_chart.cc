#include "client/cli/length_chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <sstream>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cli/dataset_output.h"
#include "client/cli/format.h"
#include "client/cli/table.h"

namespace carousel::client {
namespace {

constexpr int kShortestBar = 8;
constexpr int kLongestBar = 60;
constexpr int kBetweenColumns = 2;

// "50-99", "7" where a bin is one length wide, "950+" for the last.
std::string RangeOf(const v1::DatasetStatistics& statistics, int bin) {
  const std::int64_t from = statistics.lengths(bin).from();
  if (bin + 1 == statistics.lengths_size()) {
    return absl::StrCat(FormatCount(from), "+");
  }
  const std::int64_t last = statistics.lengths(bin + 1).from() - 1;
  if (last == from) return FormatCount(from);
  return absl::StrCat(FormatCount(from), "-", FormatCount(last));
}

std::int64_t TextsOf(const v1::HistogramBin& bin, const std::string& label) {
  const auto found = bin.texts().find(label);
  return found == bin.texts().end() ? 0 : found->second;
}

// The labels in their order; "" alone when there are none.
std::vector<std::string> LabelsOf(const v1::DatasetStatistics& statistics) {
  std::vector<std::string> labels;
  for (const auto& [label, count] : LabelCounts(statistics)) {
    labels.push_back(label);
  }
  if (labels.empty()) labels.emplace_back();
  return labels;
}

// What all bars have in common.
struct Scale {
  std::int64_t most = 0;
  int columns = 0;  // of the longest bar; 0: there is no room for bars
};

Scale ChooseScale(const v1::DatasetStatistics& statistics,
                  const std::vector<std::string>& labels, int columns) {
  Scale scale;
  int range_width = 0;
  for (int bin = 0; bin < statistics.lengths_size(); ++bin) {
    range_width = std::max(range_width, DisplayWidth(RangeOf(statistics, bin)));
    for (const std::string& label : labels) {
      scale.most =
          std::max(scale.most, TextsOf(statistics.lengths(bin), label));
    }
  }
  range_width = std::max(range_width, DisplayWidth("TOKENS"));
  const int count_width = DisplayWidth(FormatCount(scale.most));
  const int one_label =
      (columns - range_width) / static_cast<int>(labels.size());
  const int bar = one_label - kBetweenColumns - 1 - count_width;
  if (bar >= kShortestBar) scale.columns = std::min(bar, kLongestBar);
  return scale;
}

std::string TitleOf(const std::string& label) {
  return label.empty() ? "TEXTS" : absl::AsciiStrToUpper(label);
}

}  // namespace

std::string DrawCount(std::int64_t count, std::int64_t most, int columns,
                      bool unicode) {
  if (count <= 0) return "";
  // Block elements from U+258F, one eighth, to U+2588, the full block.
  static constexpr std::array<std::string_view, 8> kEighths = {
      "\xE2\x96\x8F", "\xE2\x96\x8E", "\xE2\x96\x8D", "\xE2\x96\x8C",
      "\xE2\x96\x8B", "\xE2\x96\x8A", "\xE2\x96\x89", "\xE2\x96\x88"};
  const int steps = unicode ? static_cast<int>(kEighths.size()) : 1;
  const double share = static_cast<double>(count) / static_cast<double>(most);
  const int length =
      std::max(1, static_cast<int>(std::lround(share * columns * steps)));
  std::string bar;
  for (int i = 0; i < length / steps; ++i) {
    bar += unicode ? kEighths.back() : std::string_view("#");
  }
  if (length % steps > 0) bar += kEighths[length % steps - 1];
  return bar;
}

std::string DrawLengths(const v1::DatasetStatistics& statistics,
                        const ChartStyle& style) {
  if (statistics.lengths().empty()) return "";
  const std::vector<std::string> labels = LabelsOf(statistics);
  const Scale scale = ChooseScale(statistics, labels, style.columns);
  const Align align = scale.columns > 0 ? Align::kLeft : Align::kRight;
  std::vector<Column> columns = {{"TOKENS", Align::kRight}};
  for (const std::string& label : labels) {
    columns.push_back({TitleOf(label), align});
  }
  Table table(std::move(columns));
  for (int bin = 0; bin < statistics.lengths_size(); ++bin) {
    std::vector<std::string> cells = {RangeOf(statistics, bin)};
    for (const std::string& label : labels) {
      const std::int64_t texts = TextsOf(statistics.lengths(bin), label);
      std::string cell;
      if (scale.columns > 0 && texts > 0) {
        cell = absl::StrCat(
            DrawCount(texts, scale.most, scale.columns, style.unicode), " ");
      }
      cells.push_back(absl::StrCat(cell, FormatCount(texts)));
    }
    table.AddRow(std::move(cells));
  }
  std::ostringstream out;
  table.Print(out);
  return out.str();
}

bool IsUtf8Locale(
    const std::function<std::string(const std::string&)>& variable) {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string locale = absl::AsciiStrToLower(variable(name));
    if (locale.empty()) continue;
    return absl::StrContains(locale, "utf-8") ||
           absl::StrContains(locale, "utf8");
  }
  return false;
}

}  // namespace carousel::client
