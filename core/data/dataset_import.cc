#include "core/data/dataset_import.h"

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/csv_reader.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"
#include "core/base/stoppable_source.h"
#include "core/data/dataset_writer.h"
#include "core/data/import_survey.h"

namespace carousel {
namespace {

// A file that is read from its beginning to its end, row by row.
class ImportFile {
 public:
  static absl::StatusOr<std::unique_ptr<ImportFile>> Open(
      const SourceOpener& open, const ImportOptions& options,
      std::stop_token stop) {
    ASSIGN_OR_RETURN(std::unique_ptr<ByteSource> bytes, open());
    std::unique_ptr<ImportFile> file(
        new ImportFile(std::move(bytes), std::move(stop)));
    ASSIGN_OR_RETURN(file->reader_, CsvReader::Create(file->source_));
    ASSIGN_OR_RETURN(file->columns_,
                     ImportColumns::Find(*file->reader_, options));
    return file;
  }

  const ImportColumns& columns() const { return columns_; }

  // Calls `visit` with each row's fields; its errors get the row's number.
  absl::Status ForEachRow(
      const std::function<absl::Status(const std::vector<std::string>&)>&
          visit) {
    std::vector<std::string> fields;
    for (;;) {
      ASSIGN_OR_RETURN(const bool found, reader_->Next(fields));
      if (!found) return absl::OkStatus();
      absl::Status visited = visit(fields);
      if (!visited.ok()) {
        return WithContext(std::move(visited), reader_->Where());
      }
    }
  }

 private:
  ImportFile(std::unique_ptr<ByteSource> bytes, std::stop_token stop)
      : bytes_(std::move(bytes)), source_(*bytes_, std::move(stop)) {}

  const std::unique_ptr<ByteSource> bytes_;
  StoppableSource source_;
  std::unique_ptr<CsvReader> reader_;
  ImportColumns columns_;
};

absl::Status CopyRows(ImportFile& file, const ImportSurvey& survey,
                      const std::filesystem::path& folder) {
  const bool unlabelled = survey.info().options.unlabelled;
  const auto rows = static_cast<std::size_t>(survey.info().rows);
  const ImportColumns& columns = file.columns();
  ASSIGN_OR_RETURN(const std::unique_ptr<DatasetWriter> writer,
                   DatasetWriter::Create(folder, unlabelled));
  std::size_t row = 0;
  RETURN_IF_ERROR(file.ForEachRow([&](const std::vector<std::string>& fields) {
    if (row == rows) {
      return absl::DataLossError("the file was shorter when it was checked");
    }
    const std::string id =
        columns.id.has_value() ? fields[*columns.id] : std::string();
    const std::string& text = fields[columns.text];
    const std::size_t at = row++;
    return unlabelled ? writer->AppendUnlabelled(id, text)
                      : writer->AppendLabelled(id, text, survey.label(at),
                                               survey.split(at));
  }));
  if (row != rows) {
    return absl::DataLossError(absl::StrCat(
        "the file has ", row, " rows and had ", rows, " when it was checked"));
  }
  return writer->Finish(survey.info());
}

}  // namespace

absl::StatusOr<DatasetInfo> ImportDataset(const SourceOpener& open,
                                          const ImportOptions& options,
                                          const std::filesystem::path& folder,
                                          const ImportLimits& limits,
                                          std::stop_token stop) {
  RETURN_IF_ERROR(ValidateShares(options.shares));
  ASSIGN_OR_RETURN(std::unique_ptr<ImportFile> file,
                   ImportFile::Open(open, options, stop));
  ImportSurvey survey(file->columns(), options, limits);
  RETURN_IF_ERROR(file->ForEachRow([&](const std::vector<std::string>& fields) {
    return survey.AddRow(fields);
  }));
  RETURN_IF_ERROR(survey.Finish());
  ASSIGN_OR_RETURN(file, ImportFile::Open(open, options, std::move(stop)));
  RETURN_IF_ERROR(CopyRows(*file, survey, folder));
  return survey.info();
}

}  // namespace carousel
