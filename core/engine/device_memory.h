// How much memory of an accelerator is in use.
#ifndef CAROUSEL_CORE_ENGINE_DEVICE_MEMORY_H_
#define CAROUSEL_CORE_ENGINE_DEVICE_MEMORY_H_

#include <cstdint>
#include <string_view>

#include "absl/status/statusor.h"

namespace carousel {

struct DeviceMemory {
  std::int64_t allocated = 0;  // of it, tensors that live
  std::int64_t reserved = 0;   // taken by LibTorch's allocator
  std::int64_t free = 0;       // of the whole device, whoever uses it
  std::int64_t total = 0;
};

// `device` as ResolveDevice gives it. FAILED_PRECONDITION for "cpu", and for a
// device that nothing has used yet.
absl::StatusOr<DeviceMemory> ReadDeviceMemory(std::string_view device);

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_DEVICE_MEMORY_H_
