// A model folder of this machine, to the server.
#ifndef CAROUSEL_CLIENT_MODEL_IMPORT_H_
#define CAROUSEL_CLIENT_MODEL_IMPORT_H_

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/client.h"

namespace carousel::client {

struct ImportedModel {
  v1::ModelVersion version;
  // What else lies in the folder and was not sent, sorted.
  std::vector<std::string> left_out;
};

// Told after every piece: bytes sent, bytes of all files.
using ImportProgress = std::function<void(std::int64_t, std::int64_t)>;

// Publishes the files of a model folder (docs/model_format.md) in `folder` as
// the next version of `model`; links to files are followed. INVALID_ARGUMENT
// when the folder or a file cannot be read, with its path; which files it must
// have, and what is wrong with them, is for the server to say, and comes back
// as soon as it does.
absl::StatusOr<ImportedModel> ImportModel(const Client& client,
                                          const std::string& model,
                                          const std::filesystem::path& folder,
                                          const ImportProgress& progress,
                                          const CallOptions& options);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_MODEL_IMPORT_H_
