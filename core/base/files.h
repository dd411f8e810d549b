// Files that are either whole or absent, whenever the power fails.
//
// A file is written under a temporary name in its own folder, synced, renamed
// over its name, and the folder is synced; a folder is published the same way.
// Errors name the path and say what the operating system said. Disk full is
// RESOURCE_EXHAUSTED, absent is NOT_FOUND, refused is PERMISSION_DENIED, a disk
// that fails is INTERNAL.
#ifndef CAROUSEL_CORE_BASE_FILES_H_
#define CAROUSEL_CORE_BASE_FILES_H_

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/file_descriptor.h"

namespace carousel {

// The status of a failed system call on `path`, from `error_number` (errno).
absl::Status ErrnoToStatus(int error_number, std::string_view action,
                           const std::filesystem::path& path);

absl::StatusOr<std::string> ReadFile(const std::filesystem::path& path);

// Replaces `path` atomically and durably.
absl::Status WriteFileAtomically(const std::filesystem::path& path,
                                 std::string_view content);

// Writes a file piece by piece and publishes it at Commit(). Destroyed before
// that, it leaves nothing behind. A path that is there and is no regular file
// (a folder, a device) is FAILED_PRECONDITION. Not thread-safe.
class AtomicFileWriter {
 public:
  static absl::StatusOr<std::unique_ptr<AtomicFileWriter>> Create(
      const std::filesystem::path& path);
  ~AtomicFileWriter();
  AtomicFileWriter(const AtomicFileWriter&) = delete;
  AtomicFileWriter& operator=(const AtomicFileWriter&) = delete;

  absl::Status Append(std::string_view bytes);
  absl::Status Commit();

 private:
  AtomicFileWriter(std::filesystem::path path,
                   std::filesystem::path temporary_path, FileDescriptor file);

  const std::filesystem::path path_;
  const std::filesystem::path temporary_path_;
  FileDescriptor file_;
  std::string buffer_;  // gathers small pieces
  bool committed_ = false;
};

// Waits until `folder` and every file and folder below it are on the disk.
absl::Status SyncFolder(const std::filesystem::path& folder);

// Syncs `folder` as SyncFolder() does, then renames it to
// `target` (which must not exist: ALREADY_EXISTS) and syncs the parent.
absl::Status PublishFolder(const std::filesystem::path& folder,
                           const std::filesystem::path& target);

// Creates the folder and its parents; OK when it is there.
absl::Status CreateFolder(const std::filesystem::path& folder);

// Removes a file or a folder with all below it; OK when there is none.
absl::Status RemoveAll(const std::filesystem::path& path);

// Renames a file or a folder; OK when there is none. `target` is on the same
// file system, and nothing is there.
absl::Status MoveAside(const std::filesystem::path& path,
                       const std::filesystem::path& target);

// The name prefix of everything that is being written; what carries it when a
// server starts is rubbish from a crash and may be removed.
inline constexpr std::string_view kTemporaryPrefix = ".tmp-";
// A name with that prefix, unique in this process and across processes.
std::string TemporaryName(std::string_view stem);

// An advisory lock (flock) on a file, held until destruction or the death of
// the process. Acquire fails at once with FAILED_PRECONDITION when another
// holder exists, and the message carries what that holder wrote as `owner`.
class FileLock {
 public:
  static absl::StatusOr<std::unique_ptr<FileLock>> Acquire(
      const std::filesystem::path& path, std::string_view owner);
  // Waits for the other holder to let go; CANCELLED when `stop` is requested
  // before that.
  static absl::StatusOr<std::unique_ptr<FileLock>> Wait(
      const std::filesystem::path& path, std::string_view owner,
      const std::stop_token& stop = {});
  ~FileLock();
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

 private:
  explicit FileLock(FileDescriptor file) : file_(std::move(file)) {}
  // Nothing when another holder exists.
  static absl::StatusOr<std::unique_ptr<FileLock>> TryLock(
      const std::filesystem::path& path, std::string_view owner);

  FileDescriptor file_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_BASE_FILES_H_
