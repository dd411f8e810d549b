#include "client/cli/projection_output.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/format.h"
#include "client/cli/json_output.h"
#include "client/cli/projection_page.h"
#include "client/cli/projection_parts.h"
#include "client/cli/projection_space_page.h"
#include "client/cli/table.h"
#include "core/base/csv_reader.h"
#include "core/base/strings.h"

namespace carousel::client {
namespace {

constexpr const char* kAxes[] = {"x", "y", "z"};
constexpr const char* kAxisTitles[] = {"X", "Y", "Z"};

std::string ToCsv(const v1::EmbeddingProjection& projection) {
  const int dimensions = projection.dimensions();
  std::string csv = "word";
  for (int d = 0; d < dimensions; ++d) absl::StrAppend(&csv, ",", kAxes[d]);
  csv += ",count,sentiment";
  for (int d = 0; HasInitial(projection) && d < dimensions; ++d) {
    absl::StrAppend(&csv, ",initial_", kAxes[d]);
  }
  csv += '\n';
  for (const v1::EmbeddingPoint& point : projection.points()) {
    csv += CsvField(point.word());
    for (const double coordinate : point.position()) {
      absl::StrAppendFormat(&csv, ",%.9g", coordinate);
    }
    absl::StrAppend(&csv, ",",
                    point.has_count() ? absl::StrCat(point.count()) : "", ",",
                    point.sentiment());
    for (int d = 0; HasInitial(projection) && d < dimensions; ++d) {
      csv += ',';
      if (point.initial_position_size() == 0) continue;
      absl::StrAppendFormat(&csv, "%.9g", point.initial_position(d));
    }
    csv += '\n';
  }
  return csv;
}

void PrintPoints(const v1::EmbeddingProjection& projection, std::ostream& out) {
  std::vector<Column> columns = {{"WORD"}};
  for (int d = 0; d < projection.dimensions(); ++d) {
    columns.push_back({kAxisTitles[d], Align::kRight});
  }
  columns.push_back({"COUNT", Align::kRight});
  columns.push_back({"SENTIMENT"});
  Table points(std::move(columns));
  for (const v1::EmbeddingPoint& point : projection.points()) {
    std::vector<std::string> row = {point.word()};
    for (const double coordinate : point.position()) {
      row.push_back(absl::StrFormat("%.4f", coordinate));
    }
    row.push_back(point.has_count() ? FormatCount(point.count()) : "-");
    row.push_back(SentimentName(point.sentiment()));
    points.AddRow(std::move(row));
  }
  points.Print(out);
}

void PrintPairs(const v1::EmbeddingProjection& projection, std::ostream& out) {
  std::vector<Column> columns = {{"PAIR"}, {""}, {"RELATION"}};
  if (HasInitial(projection)) columns.push_back({"BEFORE", Align::kRight});
  columns.push_back({"COSINE", Align::kRight});
  Table pairs(std::move(columns));
  for (const v1::EmbeddingPair& pair : projection.pairs()) {
    std::vector<std::string> row = {pair.a(), pair.b(), pair.relation()};
    if (HasInitial(projection)) {
      row.push_back(pair.has_initial_cosine()
                        ? absl::StrFormat("%.4f", pair.initial_cosine())
                        : "-");
    }
    row.push_back(absl::StrFormat("%.4f", pair.cosine()));
    pairs.AddRow(std::move(row));
  }
  pairs.Print(out);
}

}  // namespace

absl::Status CheckShape(const v1::EmbeddingProjection& projection) {
  const int dimensions = projection.dimensions();
  if (dimensions != 2 && dimensions != 3) {
    return absl::InternalError(absl::StrCat("the server sent ", dimensions,
                                            " dimensions; it must be 2 or 3"));
  }
  for (const v1::EmbeddingPoint& point : projection.points()) {
    const int before = point.initial_position_size();
    for (const int size :
         {point.position_size(), before == 0 ? dimensions : before}) {
      if (size == dimensions) continue;
      return absl::InternalError(
          absl::StrCat("the server sent ", size, " coordinates for ",
                       Quote(point.word()), "; it must be ", dimensions));
    }
  }
  return absl::OkStatus();
}

void PrintProjection(const v1::EmbeddingProjection& projection,
                     std::ostream& out) {
  PrintPoints(projection, out);
  if (projection.pairs().empty()) return;
  out << '\n';
  PrintPairs(projection, out);
}

std::string RenderProjection(const v1::EmbeddingProjection& projection,
                             const std::filesystem::path& path) {
  if (path.extension() == ".csv") return ToCsv(projection);
  if (path.extension() == ".html") {
    return projection.dimensions() == 3 ? ProjectionSpacePage(projection)
                                        : ProjectionPage(projection);
  }
  return ToJson(projection)
             .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n";
}

}  // namespace carousel::client
