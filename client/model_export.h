// The files of a model version, from the server into a local folder.
#ifndef CAROUSEL_CLIENT_MODEL_EXPORT_H_
#define CAROUSEL_CLIENT_MODEL_EXPORT_H_

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/client.h"

namespace carousel::client {

struct ExportedFile {
  std::filesystem::path path;
  std::int64_t bytes = 0;
  std::string sha256;
};

struct ExportedModel {
  v1::ModelVersion version;
  std::vector<ExportedFile> files;
};

// Told after every piece: bytes received so far, bytes of the version.
using ExportProgress = std::function<void(std::int64_t, std::int64_t)>;

// Writes the files of `model` ("name", "name@version" or "name@label") to
// `folder`, which is made when absent and is refused with FAILED_PRECONDITION
// when anything is in it. The files appear once all of them have the
// checksums that the server names (else DATA_LOSS); nothing is left behind
// of an export that fails.
absl::StatusOr<ExportedModel> ExportModel(const Client& client,
                                          const std::string& model,
                                          const std::string& format,
                                          const std::filesystem::path& folder,
                                          const ExportProgress& progress,
                                          const CallOptions& options);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_MODEL_EXPORT_H_
