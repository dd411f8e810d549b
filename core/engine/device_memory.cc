#include "core/engine/device_memory.h"

#include <c10/core/CachingDeviceAllocator.h>
#include <c10/core/Device.h>

#include <string>

#include "core/nn/torch_status.h"

namespace carousel {
namespace {

std::int64_t CurrentBytes(const c10::CachingAllocator::StatArray& statistics) {
  return statistics[static_cast<std::size_t>(
                        c10::CachingAllocator::StatType::AGGREGATE)]
      .current;
}

}  // namespace

absl::StatusOr<DeviceMemory> ReadDeviceMemory(std::string_view device) {
  try {
    const c10::Device parsed{std::string(device)};
    if (parsed.is_cpu()) {
      return absl::FailedPreconditionError("the CPU has no memory of its own");
    }
    c10::DeviceAllocator* const allocator =
        c10::getDeviceAllocator(parsed.type());
    if (!allocator->initialized()) {
      return absl::FailedPreconditionError("the device is not in use");
    }
    const auto statistics = allocator->getDeviceStats(parsed.index());
    const auto [free, total] = allocator->getMemoryInfo(parsed.index());
    return DeviceMemory{.allocated = CurrentBytes(statistics.allocated_bytes),
                        .reserved = CurrentBytes(statistics.reserved_bytes),
                        .free = static_cast<std::int64_t>(free),
                        .total = static_cast<std::int64_t>(total)};
  } catch (...) {
    return TorchExceptionToStatus();
  }
}

}  // namespace carousel
