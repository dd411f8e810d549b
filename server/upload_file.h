// What a client is sending, on its way to the disk: a file and, with word
// vectors, the vocabulary file that belongs to it.
#ifndef CAROUSEL_SERVER_UPLOAD_FILE_H_
#define CAROUSEL_SERVER_UPLOAD_FILE_H_

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/hashed_file.h"
#include "server/temporary_folder.h"

namespace carousel {

// Destroyed, it leaves nothing behind. Not thread-safe.
class UploadFile {
 public:
  static absl::StatusOr<std::unique_ptr<UploadFile>> Create(
      const DataFolder& folder, std::int64_t max_bytes);

  // INVALID_ARGUMENT naming size and limit for a piece over 1 MiB or an upload
  // over `max_bytes`, both files together.
  absl::Status Append(std::string_view bytes);
  // The same for the vocabulary file; INVALID_ARGUMENT once the file has begun.
  absl::Status AppendVocabulary(std::string_view bytes);

  // Ends both. The errors of HashedFile::Finish; INVALID_ARGUMENT for the
  // checksum of a vocabulary that did not come.
  absl::Status Finish(std::string_view sha256,
                      std::string_view vocabulary_sha256);

  // A folder that holds nothing but what was sent, under the names that a
  // stored vectors folder has for it.
  const std::filesystem::path& folder() const { return folder_->path(); }
  const HashedFile& file() const { return *file_; }
  // Null when none came.
  const HashedFile* vocabulary() const { return vocabulary_.get(); }

 private:
  UploadFile(std::unique_ptr<TemporaryFolder> folder,
             std::unique_ptr<HashedFile> file, std::int64_t max_bytes);
  absl::Status Append(std::string_view bytes, HashedFile& file);

  const std::unique_ptr<TemporaryFolder> folder_;
  const std::unique_ptr<HashedFile> file_;
  std::unique_ptr<HashedFile> vocabulary_;
  std::int64_t bytes_left_;
  const std::int64_t max_bytes_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_UPLOAD_FILE_H_
