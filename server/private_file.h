// Files that are nobody else's business: keys, and what says who has one.
#ifndef CAROUSEL_SERVER_PRIVATE_FILE_H_
#define CAROUSEL_SERVER_PRIVATE_FILE_H_

#include <filesystem>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace carousel {

struct PrivateFile {
  std::string text;
  // Sentences for the log, of others than its owner who may read or change it.
  std::vector<std::string> warnings;
};

// Errors are those of ReadFile (core/base/files.h).
absl::StatusOr<PrivateFile> ReadPrivateFile(const std::filesystem::path& path);

}  // namespace carousel

#endif  // CAROUSEL_SERVER_PRIVATE_FILE_H_
