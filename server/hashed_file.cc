#include "server/hashed_file.h"

#include <fcntl.h>

#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace carousel {

absl::StatusOr<std::unique_ptr<HashedFile>> HashedFile::Create(
    const std::filesystem::path& path) {
  ASSIGN_OR_RETURN(FileDescriptor file,
                   FileDescriptor::Open(path, O_WRONLY | O_CREAT | O_EXCL));
  return std::unique_ptr<HashedFile>(new HashedFile(path, std::move(file)));
}

HashedFile::HashedFile(std::filesystem::path path, FileDescriptor file)
    : path_(std::move(path)), file_(std::move(file)) {}

absl::Status HashedFile::Append(std::string_view bytes) {
  RETURN_IF_ERROR(file_.Write(bytes));
  hash_.Update(bytes);
  bytes_ += static_cast<std::int64_t>(bytes.size());
  return absl::OkStatus();
}

absl::Status HashedFile::Finish(std::string_view sha256,
                                std::string_view name) {
  sha256_ = ToHex(hash_.Finish());
  RETURN_IF_ERROR(file_.Close());
  if (bytes_ == 0) {
    return absl::InvalidArgumentError(
        absl::StrCat(ToAbslView(name), " is empty"));
  }
  if (absl::AsciiStrToLower(ToAbslView(sha256)) == sha256_) {
    return absl::OkStatus();
  }
  return WithReason(
      absl::DataLossError(absl::StrCat(
          "what arrived of ", ToAbslView(name), " has SHA-256 ", sha256_,
          ", what was sent has ", Quote(sha256), "; upload the file again")),
      "CHECKSUM_MISMATCH");
}

}  // namespace carousel
