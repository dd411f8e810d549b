#include "server/upload_file.h"

#include <fcntl.h>

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace carousel {
namespace {

// The name that a stored vectors folder has for its file.
constexpr char kUploadName[] = "vectors";

}  // namespace

absl::StatusOr<std::unique_ptr<UploadFile>> UploadFile::Create(
    const DataFolder& data, std::int64_t max_bytes) {
  ASSIGN_OR_RETURN(std::unique_ptr<TemporaryFolder> folder,
                   TemporaryFolder::Create(data, "upload"));
  std::filesystem::path path = folder->path() / kUploadName;
  ASSIGN_OR_RETURN(FileDescriptor file,
                   FileDescriptor::Open(path, O_WRONLY | O_CREAT | O_EXCL));
  return std::unique_ptr<UploadFile>(new UploadFile(
      std::move(folder), std::move(path), std::move(file), max_bytes));
}

UploadFile::UploadFile(std::unique_ptr<TemporaryFolder> folder,
                       std::filesystem::path path, FileDescriptor file,
                       std::int64_t max_bytes)
    : folder_(std::move(folder)),
      path_(std::move(path)),
      max_bytes_(max_bytes),
      file_(std::move(file)) {}

absl::Status UploadFile::Append(std::string_view bytes) {
  if (bytes.size() > kMaxUploadPieceBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a piece of the upload has ", bytes.size(),
                     " bytes; at most ", kMaxUploadPieceBytes, " are allowed"));
  }
  const auto size = static_cast<std::int64_t>(bytes.size());
  if (size > max_bytes_ - bytes_) {
    return WithReason(absl::InvalidArgumentError(
                          absl::StrCat("the upload has more than ", max_bytes_,
                                       " bytes, which is this server's limit "
                                       "(--max_upload_bytes)")),
                      "UPLOAD_TOO_LARGE");
  }
  RETURN_IF_ERROR(file_.Write(bytes));
  hash_.Update(bytes);
  bytes_ += size;
  return absl::OkStatus();
}

absl::Status UploadFile::Finish(std::string_view sha256) {
  sha256_ = ToHex(hash_.Finish());
  RETURN_IF_ERROR(file_.Close());
  if (bytes_ == 0) return absl::InvalidArgumentError("the upload is empty");
  if (absl::AsciiStrToLower(ToAbslView(sha256)) != sha256_) {
    return WithReason(
        absl::DataLossError(absl::StrCat("what arrived has SHA-256 ", sha256_,
                                         ", what was sent has ", Quote(sha256),
                                         "; upload the file again")),
        "CHECKSUM_MISMATCH");
  }
  return absl::OkStatus();
}

}  // namespace carousel
