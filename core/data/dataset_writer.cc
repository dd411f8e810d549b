#include "core/data/dataset_writer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/csv_reader.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/data/dataset_json.h"

namespace carousel {

std::vector<std::string> StoredColumns(bool unlabelled) {
  if (unlabelled) return {"id", "text"};
  return {"id", "label", "split", "text"};
}

absl::StatusOr<std::unique_ptr<DatasetWriter>> DatasetWriter::Create(
    const std::filesystem::path& folder, bool unlabelled) {
  ASSIGN_OR_RETURN(std::unique_ptr<AtomicFileWriter> rows_file,
                   AtomicFileWriter::Create(folder / kRowsFile));
  RETURN_IF_ERROR(rows_file->Append(
      absl::StrCat(absl::StrJoin(StoredColumns(unlabelled), ","), "\n")));
  return std::unique_ptr<DatasetWriter>(
      new DatasetWriter(folder, std::move(rows_file)));
}

DatasetWriter::DatasetWriter(std::filesystem::path folder,
                             std::unique_ptr<AtomicFileWriter> rows_file)
    : folder_(std::move(folder)), rows_file_(std::move(rows_file)) {}

absl::Status DatasetWriter::AppendLabelled(std::string_view id,
                                           std::string_view text, Label label,
                                           Split split) {
  return Append(id, absl::StrCat(label, ",", ToAbslView(ToString(split)), ","),
                text);
}

absl::Status DatasetWriter::AppendUnlabelled(std::string_view id,
                                             std::string_view text) {
  return Append(id, "", text);
}

absl::Status DatasetWriter::Append(std::string_view id, std::string_view middle,
                                   std::string_view text) {
  ++rows_;
  return rows_file_->Append(absl::StrCat(CsvField(id), ",", ToAbslView(middle),
                                         CsvField(text), "\n"));
}

absl::Status DatasetWriter::Finish(DatasetInfo info) {
  RETURN_IF_ERROR(rows_file_->Commit());
  info.rows = rows_;
  return WriteDescription(info, folder_);
}

}  // namespace carousel
