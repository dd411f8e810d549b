#include "core/base/files.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <cstdio>
#include <mutex>
#include <random>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace carousel {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kBlockBytes = 64 << 10;

fs::path ParentOf(const fs::path& path) {
  const fs::path parent = path.parent_path();
  return parent.empty() ? fs::path(".") : parent;
}

absl::Status SyncPath(const fs::path& path) {
  ASSIGN_OR_RETURN(FileDescriptor file, FileDescriptor::Open(path, O_RDONLY));
  return file.Sync();
}

absl::Status Rename(const fs::path& from, const fs::path& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    return ErrnoToStatus(errno, absl::StrCat("rename ", from.string(), " to"),
                         to);
  }
  return SyncPath(ParentOf(to));
}

}  // namespace

absl::Status ErrnoToStatus(int error_number, std::string_view action,
                           const fs::path& path) {
  // Abseil has no code for a disk that fails.
  const absl::StatusCode code = error_number == EIO
                                    ? absl::StatusCode::kInternal
                                    : absl::ErrnoToStatusCode(error_number);
  return absl::Status(
      code, absl::StrCat("cannot ", ToAbslView(action), " ", path.string(),
                         ": ", std::generic_category().message(error_number)));
}

absl::StatusOr<std::string> ReadFile(const fs::path& path) {
  ASSIGN_OR_RETURN(FileDescriptor file, FileDescriptor::Open(path, O_RDONLY));
  std::string content;
  std::size_t size = 0;
  while (true) {
    content.resize(size + kBlockBytes);
    ASSIGN_OR_RETURN(const std::size_t count,
                     file.Read(content.data() + size, kBlockBytes));
    size += count;
    if (count == 0) break;
  }
  content.resize(size);
  return content;
}

absl::Status WriteFileAtomically(const fs::path& path,
                                 std::string_view content) {
  ASSIGN_OR_RETURN(std::unique_ptr<AtomicFileWriter> writer,
                   AtomicFileWriter::Create(path));
  RETURN_IF_ERROR(writer->Append(content));
  return writer->Commit();
}

absl::StatusOr<std::unique_ptr<AtomicFileWriter>> AtomicFileWriter::Create(
    const fs::path& path) {
  std::error_code ignored;  // what cannot be looked at, open() will report
  const fs::file_status status = fs::status(path, ignored);
  if (fs::exists(status) && !fs::is_regular_file(status)) {
    return absl::FailedPreconditionError(absl::StrCat(
        "cannot write ", path.string(), ": it is not a regular file"));
  }
  fs::path temporary = ParentOf(path) / TemporaryName(path.filename().string());
  ASSIGN_OR_RETURN(
      FileDescriptor file,
      FileDescriptor::Open(temporary, O_WRONLY | O_CREAT | O_EXCL));
  return std::unique_ptr<AtomicFileWriter>(
      new AtomicFileWriter(path, std::move(temporary), std::move(file)));
}

AtomicFileWriter::AtomicFileWriter(fs::path path, fs::path temporary_path,
                                   FileDescriptor file)
    : path_(std::move(path)),
      temporary_path_(std::move(temporary_path)),
      file_(std::move(file)) {}

AtomicFileWriter::~AtomicFileWriter() {
  if (!committed_) ::unlink(temporary_path_.c_str());
}

absl::Status AtomicFileWriter::Append(std::string_view bytes) {
  if (buffer_.size() + bytes.size() < kBlockBytes) {
    buffer_.append(bytes);
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(file_.Write(buffer_));
  buffer_.clear();
  return file_.Write(bytes);
}

absl::Status AtomicFileWriter::Commit() {
  RETURN_IF_ERROR(file_.Write(buffer_));
  RETURN_IF_ERROR(file_.Sync());
  RETURN_IF_ERROR(file_.Close());
  RETURN_IF_ERROR(Rename(temporary_path_, path_));
  committed_ = true;
  return absl::OkStatus();
}

absl::Status SyncFolder(const fs::path& folder) {
  std::error_code error;
  for (auto entry = fs::recursive_directory_iterator(folder, error);
       entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (error) break;
    if (!entry->is_symlink()) RETURN_IF_ERROR(SyncPath(entry->path()));
  }
  if (error) return ErrnoToStatus(error.value(), "list", folder);
  return SyncPath(folder);
}

absl::Status PublishFolder(const fs::path& folder, const fs::path& target) {
  std::error_code ignored;  // what cannot be looked at, rename() will report
  // rename(2) would replace an empty folder without a word.
  if (fs::exists(fs::symlink_status(target, ignored))) {
    return ErrnoToStatus(EEXIST, "publish", target);
  }
  RETURN_IF_ERROR(SyncFolder(folder));
  return Rename(folder, target);
}

absl::Status CreateFolder(const fs::path& folder) {
  std::error_code ignored;  // mkdir() says what is wrong
  if (folder.empty() || fs::is_directory(folder, ignored)) {
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(CreateFolder(folder.parent_path()));
  if (::mkdir(folder.c_str(), 0777) != 0) {
    const int error = errno;
    if (error == EEXIST && fs::is_directory(folder, ignored)) {
      return absl::OkStatus();
    }
    return ErrnoToStatus(error, "create", folder);
  }
  absl::Status status = SyncPath(ParentOf(folder));
  // Whoever hears of an error looks after no folder.
  if (!status.ok()) ::rmdir(folder.c_str());
  return status;
}

absl::Status RemoveAll(const fs::path& path) {
  std::error_code error;
  fs::remove_all(path, error);
  if (error) return ErrnoToStatus(error.value(), "remove", path);
  return absl::OkStatus();
}

absl::Status MoveAside(const fs::path& path, const fs::path& target) {
  std::error_code error;
  fs::rename(path, target, error);
  if (!error) return absl::OkStatus();
  std::error_code ignored;
  // The same error may also mean that the target's folder is not there.
  const bool is_there = fs::exists(fs::symlink_status(path, ignored));
  if (!is_there && error == std::errc::no_such_file_or_directory) {
    return absl::OkStatus();
  }
  return ErrnoToStatus(error.value(), "move", path);
}

std::string TemporaryName(std::string_view stem) {
  // Random, as a process id is not: in a container every server is process 1.
  // A long stem is cut, so that the name still fits into 255 bytes.
  std::random_device random;
  std::string name(kTemporaryPrefix);
  absl::StrAppend(&name, ToAbslView(stem.substr(0, 100)), "-");
  for (int i = 0; i < 4; ++i) {
    absl::StrAppend(&name, absl::Hex(random(), absl::kZeroPad8));
  }
  return name;
}

absl::StatusOr<std::unique_ptr<FileLock>> FileLock::TryLock(
    const fs::path& path, std::string_view owner) {
  ASSIGN_OR_RETURN(FileDescriptor file,
                   FileDescriptor::Open(path, O_RDWR | O_CREAT));
  int result = ::flock(file.get(), LOCK_EX | LOCK_NB);
  while (result != 0 && errno == EINTR) {
    result = ::flock(file.get(), LOCK_EX | LOCK_NB);
  }
  if (result != 0) {
    if (errno != EWOULDBLOCK) return ErrnoToStatus(errno, "lock", path);
    return std::unique_ptr<FileLock>();
  }
  if (::ftruncate(file.get(), 0) != 0) {
    return ErrnoToStatus(errno, "truncate", path);
  }
  RETURN_IF_ERROR(file.Write(owner));
  return std::unique_ptr<FileLock>(new FileLock(std::move(file)));
}

absl::StatusOr<std::unique_ptr<FileLock>> FileLock::Acquire(
    const fs::path& path, std::string_view owner) {
  ASSIGN_OR_RETURN(std::unique_ptr<FileLock> lock, TryLock(path, owner));
  if (lock != nullptr) return lock;
  ASSIGN_OR_RETURN(const std::string holder, ReadFile(path));
  return absl::FailedPreconditionError(
      absl::StrCat(path.string(), " is locked by ",
                   holder.empty() ? std::string("another process") : holder));
}

absl::StatusOr<std::unique_ptr<FileLock>> FileLock::Wait(
    const fs::path& path, std::string_view owner, const std::stop_token& stop) {
  // A thread inside flock(2) hears of no stop, and the kernel tells nobody that
  // a lock was let go: so it is tried a few times a second. The stop is heard
  // at once.
  constexpr std::chrono::milliseconds kPeriod(50);
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock<std::mutex> mutex_lock(mutex);
  for (;;) {
    ASSIGN_OR_RETURN(std::unique_ptr<FileLock> lock, TryLock(path, owner));
    if (lock != nullptr) return lock;
    if (stop.stop_requested()) {
      return absl::CancelledError(
          absl::StrCat("stopped while waiting for ", path.string()));
    }
    never.wait_for(mutex_lock, stop, kPeriod, [] { return false; });
  }
}

FileLock::~FileLock() = default;  // closing lets go

}  // namespace carousel
