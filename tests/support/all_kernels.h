// Every implementation of the LSTM that runs on a CPU, for tests that hold all
// of them to the same.
#ifndef CAROUSEL_TESTS_SUPPORT_ALL_KERNELS_H_
#define CAROUSEL_TESTS_SUPPORT_ALL_KERNELS_H_

#include <string>
#include <vector>

#include "core/engine/device_kernel.h"
#include "core/engine/engine.h"

namespace carousel {

struct NamedKernel {
  std::string name;
  const LstmKernel* kernel = nullptr;  // lives as long as the process
};

inline std::vector<NamedKernel> AllKernels() {
  static const DeviceKernel device;
  std::vector<NamedKernel> kernels;
  for (const Engine engine :
       {Engine::kReference, Engine::kLibtorch, Engine::kFused}) {
    kernels.push_back({std::string(ToString(engine)), &GetKernel(engine)});
  }
  kernels.push_back({"device", &device});
  return kernels;
}

}  // namespace carousel

#endif  // CAROUSEL_TESTS_SUPPORT_ALL_KERNELS_H_
