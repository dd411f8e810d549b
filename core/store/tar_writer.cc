#include "core/store/tar_writer.h"

#include <archive.h>
#include <archive_entry.h>

#include <memory>
#include <new>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"

namespace carousel {
namespace {

constexpr int kMode = 0600;  // reviews may be private

la_ssize_t AppendTo(archive*, void* output, const void* bytes,
                    std::size_t size) {
  static_cast<std::string*>(output)->append(static_cast<const char*>(bytes),
                                            size);
  return static_cast<la_ssize_t>(size);
}

struct FreeEntry {
  void operator()(archive_entry* entry) const { archive_entry_free(entry); }
};

}  // namespace

TarWriter::TarWriter(absl::Time time)
    : time_(time), archive_(archive_write_new()) {
  if (archive_ == nullptr) throw std::bad_alloc();
  archive_write_set_format_pax_restricted(archive_);
  // Out at once, and no padding beyond what tar asks for.
  archive_write_set_bytes_per_block(archive_, 0);
  archive_write_open(archive_, &output_, nullptr, &AppendTo, nullptr);
}

TarWriter::~TarWriter() { archive_write_free(archive_); }

absl::Status TarWriter::Check(int result) const {
  // A warning is about what we do not store, an owner's name for example.
  if (result == ARCHIVE_OK || result == ARCHIVE_WARN) return absl::OkStatus();
  const char* const message = archive_error_string(archive_);
  return absl::InternalError(
      absl::StrCat("cannot write the archive: ",
                   message == nullptr ? "unknown error" : message));
}

absl::Status TarWriter::BeginFile(const std::string& name, std::int64_t bytes) {
  if (missing_ != 0) {
    return absl::InternalError(
        absl::StrCat(missing_, " bytes are missing of the file before ", name));
  }
  const std::unique_ptr<archive_entry, FreeEntry> entry(archive_entry_new());
  if (entry == nullptr) throw std::bad_alloc();
  archive_entry_set_pathname(entry.get(), name.c_str());
  archive_entry_set_filetype(entry.get(), AE_IFREG);
  archive_entry_set_perm(entry.get(), kMode);
  archive_entry_set_size(entry.get(), bytes);
  archive_entry_set_mtime(entry.get(), absl::ToTimeT(time_), 0);
  missing_ = bytes;
  return Check(archive_write_header(archive_, entry.get()));
}

absl::Status TarWriter::Append(std::string_view bytes) {
  if (static_cast<std::int64_t>(bytes.size()) > missing_) {
    return absl::DataLossError(absl::StrCat("a file grew by ",
                                            bytes.size() - missing_,
                                            " bytes while it was read"));
  }
  while (!bytes.empty()) {
    const la_ssize_t written =
        archive_write_data(archive_, bytes.data(), bytes.size());
    if (written <= 0) return Check(ARCHIVE_FATAL);
    missing_ -= written;
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return absl::OkStatus();
}

absl::Status TarWriter::Finish() {
  if (missing_ != 0) {
    return absl::DataLossError(
        absl::StrCat("the last file is ", missing_, " bytes too short"));
  }
  return Check(archive_write_close(archive_));
}

std::string TarWriter::Take(std::size_t most) {
  std::string piece = output_.substr(0, most);
  output_.erase(0, most);
  return piece;
}

}  // namespace carousel
