#include "core/data/import_survey.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/data/text_identity.h"

namespace carousel {
namespace {

constexpr char kUsualIdColumn[] = "id";
constexpr std::size_t kMaxConflictExamples = 10;

}  // namespace

absl::StatusOr<ImportColumns> ImportColumns::Find(
    const CsvReader& reader, const ImportOptions& options) {
  ImportColumns columns;
  ASSIGN_OR_RETURN(columns.text, reader.FindColumn(options.text_column));
  if (!options.unlabelled) {
    ASSIGN_OR_RETURN(columns.label, reader.FindColumn(options.label_column));
  }
  if (!options.id_column.empty()) {
    ASSIGN_OR_RETURN(columns.id, reader.FindColumn(options.id_column));
  } else if (const auto usual = reader.FindColumn(kUsualIdColumn);
             usual.ok() && *usual != columns.text && *usual != columns.label) {
    columns.id = *usual;
  }
  return columns;
}

ImportSurvey::ImportSurvey(const ImportColumns& columns,
                           const ImportOptions& options,
                           const ImportLimits& limits)
    : columns_(columns), limits_(limits) {
  info_.options = options;
}

absl::Status ImportSurvey::AddRow(const std::vector<std::string>& fields) {
  RETURN_IF_ERROR(CountRow(fields));
  SplitInput row;
  if (columns_.label.has_value()) {
    ASSIGN_OR_RETURN(row.label, TakeLabel(fields[*columns_.label]));
  }
  ASSIGN_OR_RETURN(const std::string normalized,
                   NormalizeForComparison(fields[columns_.text]));
  row.key = SplitKey(normalized, info_.options.split_seed);
  rows_.push_back(row);
  return absl::OkStatus();
}

absl::Status ImportSurvey::CountRow(const std::vector<std::string>& fields) {
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

absl::StatusOr<Label> ImportSurvey::TakeLabel(const std::string& text) {
  ASSIGN_OR_RETURN(const Label label, ParseLabel(text));
  if (label_counts_[label]++ == 0) {
    info_.label_names[label] = std::string(absl::StripAsciiWhitespace(text));
  }
  return label;
}

absl::Status ImportSurvey::Finish() {
  RETURN_IF_ERROR(CheckLabels());
  info_.rows = static_cast<std::int64_t>(rows_.size());
  SplitResult result = AssignSplits(rows_, info_.options.shares);
  RecordFindings(result);
  splits_ = std::move(result.splits);
  return CheckSplits();
}

absl::Status ImportSurvey::CheckLabels() const {
  if (info_.options.unlabelled) {
    if (!rows_.empty()) return absl::OkStatus();
    return absl::InvalidArgumentError(
        "the file has a header and no rows; there must be at least one");
  }
  for (const Label label : {0, 1}) {
    if (label_counts_[label] > 0) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("none of the ", rows_.size(), " rows is labelled ",
                     info_.label_names[label], "; both labels must occur"));
  }
  return absl::OkStatus();
}

absl::Status ImportSurvey::CheckSplits() const {
  if (info_.options.unlabelled) return absl::OkStatus();
  for (const Split split : kAllSplits) {
    const int share = info_.options.shares[static_cast<std::size_t>(split)];
    const bool empty =
        std::find(splits_.begin(), splits_.end(), split) == splits_.end();
    if (share == 0 || !empty) continue;
    const std::string_view name = ToString(split);
    return absl::InvalidArgumentError(absl::StrCat(
        "the ", ToAbslView(name), " split has a share of ", share,
        " % and would be empty: ", rows_.size(), " rows are too few"));
  }
  return absl::OkStatus();
}

void ImportSurvey::RecordFindings(const SplitResult& result) {
  ImportFindings& findings = info_.findings;
  findings.duplicate_rows = result.duplicate_rows;
  findings.conflicting_groups =
      static_cast<std::int64_t>(result.conflicts.size());
  for (const auto& [first, other] : result.conflicts) {
    if (findings.conflict_examples.size() == kMaxConflictExamples) break;
    findings.conflict_examples.push_back(
        absl::StrCat("rows ", first + 1, " and ", other + 1));
  }
}

}  // namespace carousel
