// LibTorch throws; core does not. Where core is entered,
//
//   try { ... } catch (...) { return TorchExceptionToStatus(); }
#ifndef CAROUSEL_CORE_NN_TORCH_STATUS_H_
#define CAROUSEL_CORE_NN_TORCH_STATUS_H_

#include "absl/status/status.h"

namespace carousel {

// The exception that is being handled: RESOURCE_EXHAUSTED when memory ran out,
// of the host or of the device, INTERNAL for any other. Call it in a catch
// block only.
absl::Status TorchExceptionToStatus();

}  // namespace carousel

#endif  // CAROUSEL_CORE_NN_TORCH_STATUS_H_
