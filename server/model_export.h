// What an ExportModel call sends: the files of a stored version, or what is
// made of them.
#ifndef CAROUSEL_SERVER_MODEL_EXPORT_H_
#define CAROUSEL_SERVER_MODEL_EXPORT_H_

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/store/data_folder.h"
#include "server/temporary_folder.h"

namespace carousel {

enum class ExportFormat { kSafetensors, kOnnx };

// A file with the checksum it was stored with: one that has changed since does
// not arrive as if it were whole.
struct ExportFile {
  std::string name;
  std::string sha256;
  std::filesystem::path path;
};

struct ExportFiles {
  std::vector<ExportFile> files;
  // Holds those that were made for the call, if any were.
  std::unique_ptr<TemporaryFolder> made;
};

// The files of `version`, the verified folder of a version: all of them, or
// for kOnnx model.onnx, which is made in `data`'s tmp/, beside the
// configuration and the vocabulary. CANCELLED once `stop` is requested; the
// errors of ExportOnnx.
absl::StatusOr<ExportFiles> CollectExportFiles(
    const std::filesystem::path& version, ExportFormat format,
    const DataFolder& data, const std::stop_token& stop);

}  // namespace carousel

#endif  // CAROUSEL_SERVER_MODEL_EXPORT_H_
