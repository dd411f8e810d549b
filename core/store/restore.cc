#include "core/store/restore.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "core/base/checksums.h"
#include "core/base/file_descriptor.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/store/database.h"
#include "core/store/tar_reader.h"

namespace carousel {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlockBytes = 64 << 10;
constexpr char kDatabase[] = "carousel.db";
constexpr char kLock[] = "lock";
// The catalogue comes last: a folder without it is none.
constexpr std::array kParts = {"datasets", "vectors", "models", "jobs",
                               kDatabase};

bool BelongsInBackup(const std::string& name) {
  const std::string first = fs::path(name).begin()->string();
  if (name == kChecksumsFile || name == kDatabase) return true;
  return first != kDatabase && first != name &&
         std::find(kParts.begin(), kParts.end(), first) != kParts.end();
}

// FAILED_PRECONDITION naming something that is in the folder beside `allowed`.
absl::Status CheckEmpty(const fs::path& folder, std::string_view allowed) {
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  if (error == std::errc::no_such_file_or_directory) return absl::OkStatus();
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    const fs::path name = entry->path().filename();
    if (name == "lost+found" || name == allowed) continue;
    return absl::FailedPreconditionError(absl::StrCat(
        folder.string(), " is not empty: it holds ", Quote(name.string()),
        "; a backup is restored into an empty or missing folder"));
  }
  if (error) return ErrnoToStatus(error.value(), "list", folder);
  return absl::OkStatus();
}

absl::Status UnpackFile(TarReader& archive, const fs::path& path,
                        std::int64_t& bytes) {
  RETURN_IF_ERROR(CreateFolder(path.parent_path()));
  // O_EXCL: a name that comes twice is refused.
  ASSIGN_OR_RETURN(FileDescriptor file,
                   FileDescriptor::Open(path, O_WRONLY | O_CREAT | O_EXCL));
  std::string block(kBlockBytes, '\0');
  for (;;) {
    ASSIGN_OR_RETURN(const std::size_t size,
                     archive.Read(block.data(), block.size()));
    if (size == 0) return file.Close();
    RETURN_IF_ERROR(file.Write(std::string_view(block).substr(0, size)));
    bytes += static_cast<std::int64_t>(size);
  }
}

absl::StatusOr<RestoredBackup> Unpack(const fs::path& file,
                                      const fs::path& target) {
  ASSIGN_OR_RETURN(const auto archive, TarReader::Open(file));
  RestoredBackup restored;
  for (;;) {
    ASSIGN_OR_RETURN(const auto name, archive->Next());
    if (!name.has_value()) break;
    if (!BelongsInBackup(*name)) {
      return absl::InvalidArgumentError(absl::StrCat(
          file.string(), " is no backup of Carousel: it holds ", Quote(*name)));
    }
    RETURN_IF_ERROR(UnpackFile(*archive, target / *name, restored.bytes));
    ++restored.files;
  }
  return restored;
}

// Whether it is whole, and whether this program can use it.
absl::Status Check(const fs::path& unpacked) {
  RETURN_IF_ERROR(VerifyChecksums(unpacked));
  if (!fs::exists(unpacked / kDatabase)) {
    return absl::DataLossError(absl::StrCat(kDatabase, " is missing"));
  }
  return CatalogueDatabase::Open(unpacked / kDatabase).status();
}

absl::Status MoveIntoPlace(const fs::path& unpacked, const fs::path& data_dir) {
  for (const char* part : kParts) {
    RETURN_IF_ERROR(MoveAside(unpacked / part, data_dir / part));
  }
  RETURN_IF_ERROR(RemoveAll(unpacked));
  ASSIGN_OR_RETURN(FileDescriptor folder,
                   FileDescriptor::Open(data_dir, O_RDONLY));
  return folder.Sync();
}

absl::StatusOr<RestoredBackup> RestoreInto(const fs::path& file,
                                           const fs::path& data_dir) {
  // Somebody may have been here before the lock was ours.
  RETURN_IF_ERROR(CheckEmpty(data_dir, kLock));
  const fs::path unpacked = data_dir / TemporaryName("restore");
  bool done = false;
  const absl::Cleanup remove = [&] {
    if (done) return;
    RemoveAll(unpacked).IgnoreError();
    for (const char* part : kParts) RemoveAll(data_dir / part).IgnoreError();
  };
  RETURN_IF_ERROR(CreateFolder(unpacked));
  ASSIGN_OR_RETURN(const RestoredBackup restored, Unpack(file, unpacked));
  if (const absl::Status status = Check(unpacked); !status.ok()) {
    // Names as they are in the archive.
    return absl::Status(
        status.code(),
        absl::StrCat("the backup ", file.string(), ": ",
                     absl::StrReplaceAll(status.message(),
                                         {{unpacked.string() + "/", ""}})));
  }
  RETURN_IF_ERROR(SyncFolder(unpacked));
  RETURN_IF_ERROR(MoveIntoPlace(unpacked, data_dir));
  done = true;
  return restored;
}

}  // namespace

namespace {

// What would keep the next try from finding the folder as this one did.
void Withdraw(const fs::path& data_dir, bool existed) {
  RemoveAll(data_dir / kLock).IgnoreError();
  // Parents that were made for it stay: they are empty folders.
  std::error_code ignored;
  if (!existed) fs::remove(data_dir, ignored);
}

}  // namespace

absl::StatusOr<RestoredBackup> RestoreBackup(const fs::path& file,
                                             const fs::path& data_dir) {
  RETURN_IF_ERROR(CheckEmpty(data_dir, ""));
  std::error_code error;
  const bool existed = fs::exists(data_dir, error);
  if (error) return ErrnoToStatus(error.value(), "find", data_dir);
  RETURN_IF_ERROR(CreateFolder(data_dir));
  // No server starts on what is half there.
  const auto lock = FileLock::Acquire(
      data_dir / kLock, absl::StrCat("a restore, process ", ::getpid()));
  if (!lock.ok()) {
    const bool is_taken = absl::IsFailedPrecondition(lock.status());
    if (!is_taken) Withdraw(data_dir, existed);
    return lock.status();
  }
  absl::StatusOr<RestoredBackup> restored = RestoreInto(file, data_dir);
  if (!restored.ok()) Withdraw(data_dir, existed);
  return restored;
}

}  // namespace carousel
