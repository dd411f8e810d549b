// From the host's memory to a device's.
#ifndef CAROUSEL_CORE_NN_DEVICE_COPY_H_
#define CAROUSEL_CORE_NN_DEVICE_COPY_H_

#include <ATen/core/Tensor.h>

namespace carousel {

// `host`, a tensor on the CPU, on `device`; itself when that is the CPU.
// Returns before the copy is made: the device makes it in the order of its
// work, and nobody waits. `host` may be let go of at once. Throws what torch
// throws.
at::Tensor CopyToDevice(const at::Tensor& host, at::Device device);

}  // namespace carousel

#endif  // CAROUSEL_CORE_NN_DEVICE_COPY_H_
