#include "core/store/backup.h"

#include <fcntl.h>

#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/checksums.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/store/snapshot.h"

namespace carousel {
namespace {

constexpr std::size_t kBlockBytes = 64 << 10;

}  // namespace

absl::StatusOr<std::unique_ptr<Backup>> Backup::Create(
    const DataFolder& folder, CatalogueDatabase& database, const Clock& clock,
    const std::stop_token& stop) {
  std::unique_ptr<Backup> backup(
      new Backup(folder.NewTemporary("backup"), clock.Now()));
  RETURN_IF_ERROR(WriteSnapshot(folder, database, backup->snapshot_, stop));
  RETURN_IF_ERROR(backup->List());
  return backup;
}

Backup::Backup(std::filesystem::path snapshot, absl::Time time)
    : snapshot_(std::move(snapshot)), tar_(time) {}

Backup::~Backup() {
  RemoveAll(snapshot_).IgnoreError();  // the next start tries again
}

absl::Status Backup::List() {
  ASSIGN_OR_RETURN(const auto checksums, ReadChecksums(snapshot_));
  // First, so that a reader of the stream knows what will come.
  files_.push_back({.name = kChecksumsFile});
  for (const auto& [name, sha256] : checksums) {
    files_.push_back({.name = name, .sha256 = sha256});
  }
  ASSIGN_OR_RETURN(bytes_, FolderBytes(snapshot_));
  return absl::OkStatus();
}

absl::StatusOr<std::string> Backup::Read() {
  while (!at_end_ && tar_.size() < kPieceBytes) RETURN_IF_ERROR(ReadBlock());
  std::string piece = tar_.Take(kPieceBytes);
  sha256_.Update(piece);
  return piece;
}

absl::Status Backup::ReadBlock() {
  if (!open_file_.has_value()) {
    if (next_file_ < files_.size()) return BeginFile();
    at_end_ = true;
    return tar_.Finish();
  }
  std::string block(kBlockBytes, '\0');
  ASSIGN_OR_RETURN(const std::size_t size,
                   open_file_->Read(block.data(), block.size()));
  if (size == 0) return EndFile();
  block.resize(size);
  file_sha256_->Update(block);
  return tar_.Append(block);
}

absl::Status Backup::BeginFile() {
  const std::filesystem::path path = snapshot_ / files_[next_file_].name;
  std::error_code error;
  const std::uintmax_t size = std::filesystem::file_size(path, error);
  if (error) return ErrnoToStatus(error.value(), "measure", path);
  ASSIGN_OR_RETURN(open_file_, FileDescriptor::Open(path, O_RDONLY));
  file_sha256_.emplace();
  return tar_.BeginFile(files_[next_file_].name,
                        static_cast<std::int64_t>(size));
}

absl::Status Backup::EndFile() {
  const File& file = files_[next_file_];
  const std::string actual = ToHex(file_sha256_->Finish());
  if (!file.sha256.empty() && actual != file.sha256) {
    return absl::DataLossError(
        absl::StrCat(file.name, " changed while it was read: its SHA-256 is ",
                     actual, ", it was ", file.sha256));
  }
  open_file_.reset();
  ++next_file_;
  return absl::OkStatus();
}

std::string Backup::TakeSha256() { return ToHex(sha256_.Finish()); }

}  // namespace carousel
