#include "server/model_export.h"

#include <map>
#include <utility>

#include "core/base/checksums.h"
#include "core/base/sha256.h"
#include "core/base/status_macros.h"
#include "core/nn/model_files.h"
#include "onnx/onnx_export.h"

namespace carousel {
namespace {

// Whether a file of the folder goes with model.onnx.
bool GoesWithOnnx(const std::string& name) {
  return name == kConfigFile || name == kVocabularyFile;
}

absl::Status AddOnnx(const std::filesystem::path& version,
                     const DataFolder& data, const std::stop_token& stop,
                     ExportFiles& content) {
  ASSIGN_OR_RETURN(content.made, TemporaryFolder::Create(data, "onnx"));
  ExportFile file{.name = kOnnxFile, .path = content.made->path() / kOnnxFile};
  RETURN_IF_ERROR(ExportOnnx(version, file.path));
  ASSIGN_OR_RETURN(file.sha256, Sha256OfFile(file.path, stop));
  content.files.push_back(std::move(file));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ExportFiles> CollectExportFiles(
    const std::filesystem::path& version, ExportFormat format,
    const DataFolder& data, const std::stop_token& stop) {
  ASSIGN_OR_RETURN(const auto checksums, ReadChecksums(version));
  ExportFiles content;
  for (const auto& [name, sha256] : checksums) {
    if (format == ExportFormat::kOnnx && !GoesWithOnnx(name)) continue;
    content.files.push_back(
        {.name = name, .sha256 = sha256, .path = version / name});
  }
  if (format == ExportFormat::kOnnx) {
    RETURN_IF_ERROR(AddOnnx(version, data, stop, content));
  }
  return content;
}

}  // namespace carousel
