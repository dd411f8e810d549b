#include "core/nn/device_copy.h"

namespace carousel {

at::Tensor CopyToDevice(const at::Tensor& host, at::Device device) {
  if (device.is_cpu()) return host;
  // A copy out of pageable memory ends only when the device has done all that
  // it was told before. LibTorch keeps pinned memory until the copy is made.
  return host.pin_memory().to(device, /*non_blocking=*/true);
}

}  // namespace carousel
