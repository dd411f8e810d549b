#include "core/data/dataset_reader.h"

#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/data/dataset_json.h"
#include "core/data/dataset_writer.h"

namespace carousel {

absl::StatusOr<std::unique_ptr<DatasetReader>> DatasetReader::Open(
    const std::filesystem::path& folder, std::stop_token stop) {
  ASSIGN_OR_RETURN(DatasetInfo info, ReadDescription(folder));
  std::filesystem::path path = folder / kRowsFile;
  ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> file, OpenByteSource(path));
  std::unique_ptr<DatasetReader> reader(new DatasetReader(
      std::move(path), std::move(info), std::move(file), std::move(stop)));
  const absl::Status header = reader->ReadHeader();
  if (!header.ok()) return reader->AsDataLoss(header);
  return reader;
}

DatasetReader::DatasetReader(std::filesystem::path path, DatasetInfo info,
                             std::unique_ptr<ByteSource> file,
                             std::stop_token stop)
    : path_(std::move(path)),
      info_(std::move(info)),
      file_(std::move(file)),
      source_(*file_, std::move(stop)) {}

absl::Status DatasetReader::ReadHeader() {
  ASSIGN_OR_RETURN(csv_, CsvReader::Create(source_));
  const std::vector<std::string> columns =
      StoredColumns(info_.options.unlabelled);
  if (csv_->header() == columns) return absl::OkStatus();
  return absl::DataLossError(
      absl::StrCat("the header is not ", absl::StrJoin(columns, ",")));
}

absl::StatusOr<bool> DatasetReader::Next(DatasetRow& row) {
  const absl::StatusOr<bool> found = csv_->Next(fields_);
  if (!found.ok()) return AsDataLoss(found.status());
  if (*found) {
    const absl::Status taken = TakeRow(row);
    if (!taken.ok()) return AsDataLoss(WithContext(taken, csv_->Where()));
    ++rows_;
    return true;
  }
  if (rows_ == info_.rows) return false;
  return absl::DataLossError(
      absl::StrCat(path_.string(), " holds ", rows_, " rows; ",
                   ToAbslView(kDescriptionFile), " says ", info_.rows));
}

absl::Status DatasetReader::TakeRow(DatasetRow& row) {
  row.label = std::nullopt;
  row.split = std::nullopt;
  if (!info_.options.unlabelled) {
    ASSIGN_OR_RETURN(row.label, ParseLabel(fields_[1]));
    ASSIGN_OR_RETURN(row.split, ParseSplit(fields_[2]));
  }
  // The old strings go back to be filled again: no allocation a row.
  row.id.swap(fields_.front());
  row.text.swap(fields_.back());
  return absl::OkStatus();
}

absl::Status DatasetReader::AsDataLoss(const absl::Status& status) const {
  if (absl::IsCancelled(status)) return WithContext(status, path_.string());
  return absl::DataLossError(
      absl::StrCat(path_.string(), " is damaged: ", status.message()));
}

}  // namespace carousel
