// An open file of the operating system.
#ifndef CAROUSEL_CORE_BASE_FILE_DESCRIPTOR_H_
#define CAROUSEL_CORE_BASE_FILE_DESCRIPTOR_H_

#include <cstddef>
#include <filesystem>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace carousel {

// Owns a descriptor and closes it. Every method goes on after an interrupting
// signal, and its error names the path. Not thread-safe.
class FileDescriptor {
 public:
  // open(2) with O_CLOEXEC; a file that is created gets mode 0666 less umask.
  static absl::StatusOr<FileDescriptor> Open(const std::filesystem::path& path,
                                             int flags);
  FileDescriptor(FileDescriptor&& other) noexcept
      : path_(std::move(other.path_)),
        descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept {
    std::swap(path_, other.path_);
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~FileDescriptor();

  // Reads up to `size` bytes; 0 means the end.
  absl::StatusOr<std::size_t> Read(char* buffer, std::size_t size);
  // Writes all of `bytes`.
  absl::Status Write(std::string_view bytes);
  // Waits until everything written is on the disk.
  absl::Status Sync();
  // Says what a delayed write met; the destructor cannot. Closed after it
  // whatever it returns.
  absl::Status Close();

  int get() const { return descriptor_; }

 private:
  FileDescriptor(std::filesystem::path path, int descriptor)
      : path_(std::move(path)), descriptor_(descriptor) {}

  std::filesystem::path path_;
  int descriptor_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_BASE_FILE_DESCRIPTOR_H_
