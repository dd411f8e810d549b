#include "server/upload_file.h"

#include <utility>

#include "core/base/status_macros.h"
#include "server/upload_checks.h"

namespace carousel {
namespace {

// The names that a stored vectors folder has for its files.
constexpr char kFileName[] = "vectors";
constexpr char kVocabularyName[] = "counts";

}  // namespace

absl::StatusOr<std::unique_ptr<UploadFile>> UploadFile::Create(
    const DataFolder& data, std::int64_t max_bytes) {
  ASSIGN_OR_RETURN(std::unique_ptr<TemporaryFolder> folder,
                   TemporaryFolder::Create(data, "upload"));
  ASSIGN_OR_RETURN(std::unique_ptr<HashedFile> file,
                   HashedFile::Create(folder->path() / kFileName));
  return std::unique_ptr<UploadFile>(
      new UploadFile(std::move(folder), std::move(file), max_bytes));
}

UploadFile::UploadFile(std::unique_ptr<TemporaryFolder> folder,
                       std::unique_ptr<HashedFile> file, std::int64_t max_bytes)
    : folder_(std::move(folder)),
      file_(std::move(file)),
      bytes_left_(max_bytes),
      max_bytes_(max_bytes) {}

absl::Status UploadFile::Append(std::string_view bytes) {
  return Append(bytes, *file_);
}

absl::Status UploadFile::AppendVocabulary(std::string_view bytes) {
  if (file_->bytes() > 0) {
    return absl::InvalidArgumentError(
        "a piece of the vocabulary file comes after the vectors; all of it "
        "must come before them");
  }
  if (vocabulary_ == nullptr) {
    ASSIGN_OR_RETURN(vocabulary_,
                     HashedFile::Create(folder_->path() / kVocabularyName));
  }
  return Append(bytes, *vocabulary_);
}

absl::Status UploadFile::Append(std::string_view bytes, HashedFile& file) {
  RETURN_IF_ERROR(CheckPiece(bytes.size(), bytes_left_, max_bytes_));
  bytes_left_ -= static_cast<std::int64_t>(bytes.size());
  return file.Append(bytes);
}

absl::Status UploadFile::Finish(std::string_view sha256,
                                std::string_view vocabulary_sha256) {
  RETURN_IF_ERROR(file_->Finish(sha256, "the upload"));
  if (vocabulary_ != nullptr) {
    return vocabulary_->Finish(vocabulary_sha256, "the vocabulary file");
  }
  if (vocabulary_sha256.empty()) return absl::OkStatus();
  return absl::InvalidArgumentError("the vocabulary file is empty");
}

}  // namespace carousel
