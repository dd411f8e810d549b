#include "core/engine/aligned_floats.h"

#include <sys/mman.h>

#include <new>

namespace carousel {
namespace {

constexpr std::int64_t BytesOf(std::int64_t count) {
  return count * static_cast<std::int64_t>(sizeof(float));
}

// What is no number of bytes at all is more than there are.
AlignedFloats Allocate(std::int64_t bytes, std::int64_t alignment) {
  void* memory = nullptr;
  if (posix_memalign(&memory, static_cast<std::size_t>(alignment),
                     bytes == 0 ? 1 : static_cast<std::size_t>(bytes)) != 0) {
    throw std::bad_alloc();
  }
  return AlignedFloats(static_cast<float*>(memory));
}

}  // namespace

AlignedFloats AllocateFloats(std::int64_t count) {
  return Allocate(BytesOf(count), kCacheLine);
}

std::int64_t LastingBytes(std::int64_t count) {
  const std::int64_t bytes = BytesOf(count);
  return bytes < kWorthHugePages ? bytes : RoundUpTo(kHugePage, bytes);
}

AlignedFloats AllocateLastingFloats(std::int64_t count) {
  const std::int64_t bytes = LastingBytes(count);
  if (bytes < kWorthHugePages) return Allocate(bytes, kCacheLine);
  AlignedFloats floats = Allocate(bytes, kHugePage);
  // A wish: without huge pages it works as well.
  madvise(floats.get(), static_cast<std::size_t>(bytes), MADV_HUGEPAGE);
  return floats;
}

}  // namespace carousel
