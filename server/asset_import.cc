#include "server/asset_import.h"

#include <memory>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/byte_source.h"
#include "core/base/error_details.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/base/stoppable_source.h"
#include "core/base/strings.h"
#include "core/text/word_vectors.h"
#include "server/temporary_folder.h"

namespace carousel {
namespace {

// What errors call an upload, whose place on this server is nobody's concern.
constexpr char kUploadName[] = "the uploaded file";

// What makes two datasets the same: the bytes and how they are read. Lengths
// keep columns apart whatever their names hold.
std::string DatasetChecksum(const std::string& file_sha256,
                            const ImportOptions& options) {
  std::string text = absl::StrCat("file ", file_sha256);
  for (const std::string& column :
       {options.text_column, options.label_column, options.id_column}) {
    absl::StrAppend(&text, "\ncolumn ", column.size(), ":", column);
  }
  absl::StrAppend(&text, "\nsplit ", options.shares[0], "/", options.shares[1],
                  "/", options.shares[2], " seed ", options.split_seed);
  return ToHex(Sha256Of(text));
}

absl::StatusOr<Dataset> ReadUpload(const UploadFile& file,
                                   const ImportOptions& options,
                                   std::stop_token stop) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> source,
                   OpenByteSource(file.path(), kUploadName));
  StoppableSource stoppable(*source, std::move(stop));
  return ImportDataset(stoppable, options);
}

absl::StatusOr<WordVectorsSummary> CheckVectors(const UploadFile& file,
                                                const std::string& format,
                                                std::stop_token stop) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> source,
                   OpenByteSource(file.path(), kUploadName));
  StoppableSource stoppable(*source, std::move(stop));
  WordVectorsSummary summary;
  RETURN_IF_ERROR(
      ReadWordVectors(
          stoppable, [](std::string_view) { return false; }, &summary)
          .status());
  if (!format.empty() && format != ToString(summary.format)) {
    FieldViolations violations;
    violations.Add(
        "format",
        absl::StrCat("format is ", Quote(format), ", but the file holds ",
                     ToAbslView(ToString(summary.format)), " vectors"));
    return violations.ToStatus();
  }
  return summary;
}

}  // namespace

absl::StatusOr<ImportedDataset> AssetImport::AddDataset(
    const std::string& name, const ImportOptions& options,
    const UploadFile& file, const std::stop_token& stop) const {
  ASSIGN_OR_RETURN(const Dataset dataset, ReadUpload(file, options, stop));
  ASSIGN_OR_RETURN(const std::unique_ptr<TemporaryFolder> content,
                   TemporaryFolder::Create(folder_, "dataset"));
  RETURN_IF_ERROR(WriteDataset(dataset, content->path()));
  if (stop.stop_requested()) {
    return absl::CancelledError("the import was stopped");
  }
  DatasetRecord record;
  record.name = name;
  record.sha256 = DatasetChecksum(file.sha256(), options);
  record.rows = static_cast<std::int64_t>(dataset.examples.size());
  ImportedDataset imported;
  ASSIGN_OR_RETURN(const AssetStore::Added added,
                   assets_.AddDataset(record, content->path()));
  imported.is_new = added.is_new;
  ASSIGN_OR_RETURN(imported.record, assets_.GetDataset(name));
  return imported;
}

absl::StatusOr<ImportedVectors> AssetImport::AddVectors(
    const std::string& name, const std::string& format, const UploadFile& file,
    const std::stop_token& stop) const {
  ASSIGN_OR_RETURN(const WordVectorsSummary summary,
                   CheckVectors(file, format, stop));
  VectorsRecord record;
  record.name = name;
  record.sha256 = file.sha256();
  record.format = std::string(ToString(summary.format));
  record.words = summary.words;
  record.dimension = static_cast<std::int64_t>(summary.dimension);
  record.bytes = file.bytes();
  ImportedVectors imported;
  imported.duplicates = summary.duplicates;
  ASSIGN_OR_RETURN(const AssetStore::Added added,
                   assets_.AddVectors(record, file.folder()));
  imported.is_new = added.is_new;
  ASSIGN_OR_RETURN(imported.record, assets_.GetVectors(name));
  return imported;
}

}  // namespace carousel
