// ImportDataset: from a file of reviews to a split dataset.
#include <algorithm>
#include <optional>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/base/csv_reader.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/data/dataset.h"
#include "core/data/split.h"
#include "core/text/encoder.h"
#include "core/text/normalizer.h"

namespace carousel {
namespace {

constexpr char kUsualIdColumn[] = "id";
constexpr std::size_t kMaxConflictExamples = 10;

struct Columns {
  std::size_t text = 0;
  std::size_t label = 0;
  std::optional<std::size_t> id;
};

absl::StatusOr<Columns> FindColumns(const CsvReader& reader,
                                    const ImportOptions& options) {
  Columns columns;
  ASSIGN_OR_RETURN(columns.text, reader.FindColumn(options.text_column));
  ASSIGN_OR_RETURN(columns.label, reader.FindColumn(options.label_column));
  if (!options.id_column.empty()) {
    ASSIGN_OR_RETURN(columns.id, reader.FindColumn(options.id_column));
  } else if (const auto usual = reader.FindColumn(kUsualIdColumn);
             usual.ok() && *usual != columns.text && *usual != columns.label) {
    columns.id = *usual;
  }
  return columns;
}

absl::StatusOr<std::string> NormalizeForComparison(std::string_view text) {
  if (text.size() > TextEncoder::kMaxTextBytes) {
    return absl::InvalidArgumentError(absl::StrCat("the text has ", text.size(),
                                                   " bytes; the limit is ",
                                                   TextEncoder::kMaxTextBytes));
  }
  ASSIGN_OR_RETURN(std::string normalized, NormalizeText(text, TextOptions()));
  if (normalized.empty()) {
    return absl::InvalidArgumentError("the text is empty");
  }
  return normalized;
}

// Collects rows; the splits come when all are there.
class Importer {
 public:
  Importer(const Columns& columns, const ImportOptions& options,
           const ImportLimits& limits)
      : columns_(columns), limits_(limits) {
    dataset_.options = options;
  }

  absl::Status AddRow(const std::vector<std::string>& fields) {
    RETURN_IF_ERROR(CountRow(fields));
    const std::string& label_text = fields[columns_.label];
    ASSIGN_OR_RETURN(const Label label, ParseLabel(label_text));
    ASSIGN_OR_RETURN(const std::string normalized,
                     NormalizeForComparison(fields[columns_.text]));
    if (label_counts_[label]++ == 0) {
      dataset_.label_names[label] =
          std::string(absl::StripAsciiWhitespace(label_text));
    }
    rows_.push_back({.key = SplitKey(normalized, dataset_.options.split_seed),
                     .label = label});
    Example example = {.text = fields[columns_.text], .label = label};
    if (columns_.id.has_value()) example.id = fields[*columns_.id];
    dataset_.examples.push_back(std::move(example));
    return absl::OkStatus();
  }

  absl::StatusOr<Dataset> Finish() && {
    RETURN_IF_ERROR(CheckLabels());
    const SplitResult result = AssignSplits(rows_, dataset_.options.shares);
    for (std::size_t i = 0; i < rows_.size(); ++i) {
      dataset_.examples[i].split = result.splits[i];
    }
    RecordFindings(result);
    RETURN_IF_ERROR(CheckSplits());
    return std::move(dataset_);
  }

 private:
  // A small upload may unpack to more than the server's memory holds.
  absl::Status CountRow(const std::vector<std::string>& fields) {
    if (rows_.size() == limits_.rows) {
      return absl::InvalidArgumentError(absl::StrCat(
          "a dataset has at most ", limits_.rows, " rows; here is one more"));
    }
    text_bytes_ += fields[columns_.text].size();
    if (columns_.id.has_value()) text_bytes_ += fields[*columns_.id].size();
    if (text_bytes_ <= limits_.text_bytes) return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("the texts up to here have ", text_bytes_,
                     " bytes; a dataset has at most ", limits_.text_bytes));
  }

  absl::Status CheckLabels() const {
    for (const Label label : {0, 1}) {
      if (label_counts_[label] > 0) continue;
      return absl::InvalidArgumentError(absl::StrCat(
          "none of the ", rows_.size(), " rows is labelled ",
          dataset_.label_names[label], "; both labels must occur"));
    }
    return absl::OkStatus();
  }

  absl::Status CheckSplits() const {
    for (const Split split : kAllSplits) {
      const int share =
          dataset_.options.shares[static_cast<std::size_t>(split)];
      const bool empty = std::none_of(
          dataset_.examples.begin(), dataset_.examples.end(),
          [split](const Example& example) { return example.split == split; });
      if (share == 0 || !empty) continue;
      const std::string_view name = ToString(split);
      return absl::InvalidArgumentError(absl::StrCat(
          "the ", ToAbslView(name), " split has a share of ", share,
          " % and would be empty: ", rows_.size(), " rows are too few"));
    }
    return absl::OkStatus();
  }

  void RecordFindings(const SplitResult& result) {
    ImportFindings& findings = dataset_.findings;
    findings.duplicate_rows = result.duplicate_rows;
    findings.conflicting_groups =
        static_cast<std::int64_t>(result.conflicts.size());
    for (const auto& [first, other] : result.conflicts) {
      if (findings.conflict_examples.size() == kMaxConflictExamples) break;
      findings.conflict_examples.push_back(
          absl::StrCat("rows ", first + 1, " and ", other + 1));
    }
  }

  const Columns columns_;
  const ImportLimits limits_;
  std::size_t text_bytes_ = 0;
  Dataset dataset_;
  std::vector<SplitInput> rows_;
  std::array<std::int64_t, 2> label_counts_ = {0, 0};
};

}  // namespace

absl::StatusOr<Dataset> ImportDataset(ByteSource& source,
                                      const ImportOptions& options,
                                      const ImportLimits& limits) {
  RETURN_IF_ERROR(ValidateShares(options.shares));
  ASSIGN_OR_RETURN(const std::unique_ptr<CsvReader> reader,
                   CsvReader::Create(source));
  ASSIGN_OR_RETURN(const Columns columns, FindColumns(*reader, options));
  Importer importer(columns, options, limits);
  std::vector<std::string> fields;
  for (;;) {
    ASSIGN_OR_RETURN(const bool found, reader->Next(fields));
    if (!found) return std::move(importer).Finish();
    absl::Status added = importer.AddRow(fields);
    if (!added.ok()) return WithContext(std::move(added), reader->Where());
  }
}

}  // namespace carousel
