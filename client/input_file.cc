#include "client/input_file.h"

#include <cerrno>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "core/base/files.h"

namespace carousel::client {
namespace {

constexpr std::size_t kPieceBytes = 1 << 20;

}  // namespace

absl::StatusOr<InputFile> InputFile::Open(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", path.string(), "\" is a folder, not a file"));
  }
  const auto size = std::filesystem::file_size(path, error);
  std::ifstream stream(path, std::ios::binary);
  if (error || !stream) {
    const int error_number = error ? error.value() : errno;
    return absl::InvalidArgumentError(
        ErrnoToStatus(error_number, "open", path).message());
  }
  return InputFile(path, std::move(stream), static_cast<std::int64_t>(size));
}

absl::StatusOr<std::string> InputFile::Read() {
  std::string piece(kPieceBytes, '\0');
  stream_.read(piece.data(), static_cast<std::streamsize>(piece.size()));
  if (stream_.bad()) return ErrnoToStatus(errno, "read", path_);
  piece.resize(static_cast<std::size_t>(stream_.gcount()));
  return piece;
}

}  // namespace carousel::client
