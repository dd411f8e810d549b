// Bytes that lie in memory, or seem to.
#ifndef CAROUSEL_CORE_BASE_MAPPED_BYTES_H_
#define CAROUSEL_CORE_BASE_MAPPED_BYTES_H_

#include <optional>
#include <string_view>
#include <utility>

#include "core/base/file_descriptor.h"

namespace carousel {

// All of a file, mapped (mmap(2)), or memory that somebody else has. The kernel
// brings a file's pages in as they are looked at, and may take them back; they
// are no anonymous memory. A part that is lost while it is mapped, since the
// file was cut or its disk fails, ends the process with SIGBUS when it is
// looked at: so it must be a file that is replaced as a whole and never cut.
// Const use is thread-safe.
class MappedBytes {
 public:
  // Nothing for what is no regular file, is empty or does not map.
  static std::optional<MappedBytes> Map(const FileDescriptor& file);
  // Of memory that is not owned.
  explicit MappedBytes(std::string_view memory) : bytes_(memory) {}
  MappedBytes(MappedBytes&& other) noexcept
      : bytes_(std::exchange(other.bytes_, {})),
        is_file_(std::exchange(other.is_file_, false)) {}
  MappedBytes& operator=(MappedBytes&&) = delete;
  ~MappedBytes();

  std::string_view bytes() const { return bytes_; }

  // `part` of bytes() will hardly be looked at again: the process keeps none
  // of its whole pages. It stays readable.
  void Release(std::string_view part) const;

 private:
  std::string_view bytes_;
  bool is_file_ = false;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_BASE_MAPPED_BYTES_H_
