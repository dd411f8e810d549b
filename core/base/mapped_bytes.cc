#include "core/base/mapped_bytes.h"

#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>

namespace carousel {

std::optional<MappedBytes> MappedBytes::Map(const FileDescriptor& file) {
  struct stat status;
  if (fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode) ||
      status.st_size <= 0) {
    return std::nullopt;
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  void* const memory =
      mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (memory == MAP_FAILED) return std::nullopt;
  // Only advice, so it may fail.
  madvise(memory, size, MADV_SEQUENTIAL);
  MappedBytes mapped(std::string_view(static_cast<char*>(memory), size));
  mapped.is_file_ = true;
  return mapped;
}

MappedBytes::~MappedBytes() {
  if (is_file_) munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

void MappedBytes::Release(std::string_view part) const {
  if (!is_file_ || part.empty()) return;
  // Whole pages; what shares its page with something else is left.
  const auto page = static_cast<std::uintptr_t>(sysconf(_SC_PAGESIZE));
  const auto begin = reinterpret_cast<std::uintptr_t>(part.data());
  const std::uintptr_t first = (begin + page - 1) / page * page;
  const std::uintptr_t last = (begin + part.size()) / page * page;
  if (first >= last) return;
  madvise(reinterpret_cast<void*>(first), last - first, MADV_DONTNEED);
}

}  // namespace carousel
