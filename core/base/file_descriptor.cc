#include "core/base/file_descriptor.h"

#include <fcntl.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>

#include "core/base/files.h"

namespace carousel {
namespace {

// Repeats a system call that a signal interrupted.
template <typename Call>
auto Uninterrupted(Call call) {
  auto result = call();
  while (result == -1 && errno == EINTR) result = call();
  return result;
}

}  // namespace

absl::StatusOr<FileDescriptor> FileDescriptor::Open(
    const std::filesystem::path& path, int flags) {
  const int descriptor = Uninterrupted(
      [&] { return ::open(path.c_str(), flags | O_CLOEXEC, 0666); });
  if (descriptor < 0) return ErrnoToStatus(errno, "open", path);
  return FileDescriptor(path, descriptor);
}

FileDescriptor::~FileDescriptor() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

absl::StatusOr<std::size_t> FileDescriptor::Read(char* buffer,
                                                 std::size_t size) {
  const ssize_t count =
      Uninterrupted([&] { return ::read(descriptor_, buffer, size); });
  if (count < 0) return ErrnoToStatus(errno, "read", path_);
  return static_cast<std::size_t>(count);
}

absl::Status FileDescriptor::Write(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = Uninterrupted(
        [&] { return ::write(descriptor_, bytes.data(), bytes.size()); });
    if (count < 0) return ErrnoToStatus(errno, "write", path_);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return absl::OkStatus();
}

absl::Status FileDescriptor::Sync() {
  if (Uninterrupted([&] { return ::fsync(descriptor_); }) != 0) {
    return ErrnoToStatus(errno, "sync", path_);
  }
  return absl::OkStatus();
}

absl::Status FileDescriptor::Close() {
  // Linux closes the descriptor even when close(2) reports EINTR.
  if (::close(std::exchange(descriptor_, -1)) != 0 && errno != EINTR) {
    return ErrnoToStatus(errno, "close", path_);
  }
  return absl::OkStatus();
}

}  // namespace carousel
