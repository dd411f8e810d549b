// The file that a client is sending, on its way to the disk.
#ifndef CAROUSEL_SERVER_UPLOAD_FILE_H_
#define CAROUSEL_SERVER_UPLOAD_FILE_H_

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/file_descriptor.h"
#include "core/base/sha256.h"
#include "server/temporary_folder.h"

namespace carousel {

inline constexpr std::size_t kMaxUploadPieceBytes = 1 << 20;

// Destroyed, it leaves nothing behind. Not thread-safe.
class UploadFile {
 public:
  static absl::StatusOr<std::unique_ptr<UploadFile>> Create(
      const DataFolder& folder, std::int64_t max_bytes);

  // INVALID_ARGUMENT naming size and limit for a piece over 1 MiB or a file
  // over `max_bytes`.
  absl::Status Append(std::string_view bytes);

  // Ends the file. DATA_LOSS with both checksums when `sha256` (hexadecimal,
  // in either case) is not that of what came; INVALID_ARGUMENT for an empty
  // file.
  absl::Status Finish(std::string_view sha256);

  // A folder that holds nothing but the file.
  const std::filesystem::path& folder() const { return folder_->path(); }
  const std::filesystem::path& path() const { return path_; }
  std::int64_t bytes() const { return bytes_; }
  // After Finish, in lower case.
  const std::string& sha256() const { return sha256_; }

 private:
  UploadFile(std::unique_ptr<TemporaryFolder> folder,
             std::filesystem::path path, FileDescriptor file,
             std::int64_t max_bytes);

  const std::unique_ptr<TemporaryFolder> folder_;
  const std::filesystem::path path_;
  const std::int64_t max_bytes_;
  FileDescriptor file_;
  Sha256 hash_;
  std::int64_t bytes_ = 0;
  std::string sha256_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_UPLOAD_FILE_H_
