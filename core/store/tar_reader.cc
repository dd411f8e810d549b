#include "core/store/tar_reader.h"

#include <archive.h>
#include <archive_entry.h>
#include <fcntl.h>

#include <new>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/file_descriptor.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace carousel {
namespace {

constexpr std::size_t kBlockBytes = 64 << 10;

// A name that stays below the folder it is unpacked into, written one way.
bool IsPlain(const std::string& name) {
  if (name.empty() || name.find('\0') != std::string::npos) return false;
  const std::filesystem::path path(name);
  for (const auto& part : path) {
    if (part == "." || part == ".." || part.empty()) return false;
  }
  return path.is_relative() && path.lexically_normal() == path;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TarReader>> TarReader::Open(
    const std::filesystem::path& path) {
  // Says what the operating system says, as everywhere.
  RETURN_IF_ERROR(FileDescriptor::Open(path, O_RDONLY).status());
  archive* const opened = archive_read_new();
  if (opened == nullptr) throw std::bad_alloc();
  std::unique_ptr<TarReader> reader(new TarReader(path, opened));
  archive_read_support_format_tar(opened);
  archive_read_support_filter_gzip(opened);
  archive_read_support_filter_xz(opened);
  archive_read_support_filter_zstd(opened);
  if (archive_read_open_filename(opened, path.c_str(), kBlockBytes) !=
      ARCHIVE_OK) {
    return reader->Error();
  }
  return reader;
}

TarReader::TarReader(std::filesystem::path path, archive* archive)
    : path_(std::move(path)), archive_(archive) {}

TarReader::~TarReader() { archive_read_free(archive_); }

absl::Status TarReader::Error() const {
  const char* const text = archive_error_string(archive_);
  const char* const reason = text == nullptr ? "unknown error" : text;
  if (!found_any_) {
    return absl::InvalidArgumentError(
        absl::StrCat(path_.string(), " is no tar archive: ", reason));
  }
  return absl::DataLossError(
      absl::StrCat(path_.string(), " is cut or damaged: ", reason));
}

absl::StatusOr<std::optional<std::string>> TarReader::Next() {
  for (;;) {
    archive_entry* entry = nullptr;
    const int result = archive_read_next_header(archive_, &entry);
    if (result == ARCHIVE_EOF) return std::nullopt;
    // A warning may be about the name.
    if (result != ARCHIVE_OK) return Error();
    found_any_ = true;
    const char* const pathname = archive_entry_pathname(entry);
    std::string name = pathname == nullptr ? "" : pathname;
    if (name.starts_with("./")) name.erase(0, 2);  // `tar c .` writes it
    const bool is_link = archive_entry_hardlink(entry) != nullptr;
    if (archive_entry_filetype(entry) == AE_IFDIR && !is_link) continue;
    if (archive_entry_filetype(entry) != AE_IFREG || is_link) {
      return absl::InvalidArgumentError(
          absl::StrCat(path_.string(), " holds ", Quote(name),
                       ", which is a link or a device; only files are taken"));
    }
    if (!IsPlain(name)) {
      return absl::InvalidArgumentError(absl::StrCat(
          path_.string(), " holds ", Quote(name),
          ", which is no plain path below the folder it is unpacked into"));
    }
    return name;
  }
}

absl::StatusOr<std::size_t> TarReader::Read(char* buffer, std::size_t size) {
  const la_ssize_t count = archive_read_data(archive_, buffer, size);
  if (count < 0) return Error();
  return static_cast<std::size_t>(count);
}

}  // namespace carousel
