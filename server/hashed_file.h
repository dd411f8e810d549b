// A file that is written once, with the checksum of what it got.
#ifndef CAROUSEL_SERVER_HASHED_FILE_H_
#define CAROUSEL_SERVER_HASHED_FILE_H_

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/file_descriptor.h"
#include "core/base/sha256.h"

namespace carousel {

// Not thread-safe.
class HashedFile {
 public:
  // `path` must not be there.
  static absl::StatusOr<std::unique_ptr<HashedFile>> Create(
      const std::filesystem::path& path);

  absl::Status Append(std::string_view bytes);

  // Ends the file. DATA_LOSS with both checksums when `sha256` (hexadecimal,
  // in either case) is not that of what came; INVALID_ARGUMENT for an empty
  // file, which errors call `name`.
  absl::Status Finish(std::string_view sha256, std::string_view name);

  const std::filesystem::path& path() const { return path_; }
  std::int64_t bytes() const { return bytes_; }
  // After Finish, in lower case.
  const std::string& sha256() const { return sha256_; }

 private:
  HashedFile(std::filesystem::path path, FileDescriptor file);

  const std::filesystem::path path_;
  FileDescriptor file_;
  Sha256 hash_;
  std::int64_t bytes_ = 0;
  std::string sha256_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_HASHED_FILE_H_
