// A model folder that a client is sending, file by file, on its way to the
// disk.
#ifndef CAROUSEL_SERVER_MODEL_UPLOAD_H_
#define CAROUSEL_SERVER_MODEL_UPLOAD_H_

#include <cstdint>
#include <filesystem>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "server/hashed_file.h"
#include "server/temporary_folder.h"

namespace carousel {

// Destroyed, it leaves nothing behind. Not thread-safe.
class ModelUpload {
 public:
  // `max_bytes` is for all files together.
  static absl::StatusOr<std::unique_ptr<ModelUpload>> Create(
      const DataFolder& folder, std::int64_t max_bytes);

  // Ends the file that has begun, and begins the next. INVALID_ARGUMENT for a
  // name that no file of a model folder has (docs/model_format.md), or that
  // has come already; the errors of HashedFile::Finish for the one before.
  absl::Status Begin(const std::string& name, const std::string& sha256);
  // INVALID_ARGUMENT naming size and limit for a piece over 1 MiB or files
  // over `max_bytes`, and for bytes of no file.
  absl::Status Append(std::string_view bytes);
  // Ends the last file. The errors of HashedFile::Finish; INVALID_ARGUMENT
  // naming what is missing of config.json, vocabulary.txt and
  // model.safetensors.
  absl::Status Finish();

  // Holds nothing but the files that came whole.
  const std::filesystem::path& folder() const { return folder_->path(); }

 private:
  ModelUpload(std::unique_ptr<TemporaryFolder> folder, std::int64_t max_bytes)
      : folder_(std::move(folder)),
        bytes_left_(max_bytes),
        max_bytes_(max_bytes) {}

  absl::Status EndFile();

  const std::unique_ptr<TemporaryFolder> folder_;
  std::int64_t bytes_left_;
  const std::int64_t max_bytes_;
  std::set<std::string> names_;  // that have begun
  // The one that is being sent; null before the first and after the last.
  std::unique_ptr<HashedFile> file_;
  std::string sha256_;  // that it must have
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_MODEL_UPLOAD_H_
