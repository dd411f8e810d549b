#include "core/engine/aligned_floats.h"

#include <sys/mman.h>

#include <new>

namespace carousel {
namespace {

AlignedFloats Allocate(std::int64_t bytes, std::int64_t unit) {
  const auto alignment = static_cast<std::size_t>(unit);
  const std::int64_t units =
      std::max<std::int64_t>(1, (bytes + unit - 1) / unit);
  void* const memory = std::aligned_alloc(
      alignment, static_cast<std::size_t>(units) * alignment);
  if (memory == nullptr) throw std::bad_alloc();
  // A wish: without huge pages it works as well.
  if (unit == kHugePage) {
    madvise(memory, static_cast<std::size_t>(units) * alignment, MADV_HUGEPAGE);
  }
  return AlignedFloats(static_cast<float*>(memory));
}

constexpr std::int64_t BytesOf(std::int64_t count) {
  return count * static_cast<std::int64_t>(sizeof(float));
}

}  // namespace

AlignedFloats AllocateFloats(std::int64_t count) {
  return Allocate(BytesOf(count), kCacheLine);
}

AlignedFloats AllocateLastingFloats(std::int64_t count) {
  const std::int64_t bytes = BytesOf(count);
  return Allocate(bytes, bytes >= kWorthHugePages ? kHugePage : kCacheLine);
}

}  // namespace carousel
