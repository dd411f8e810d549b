#include "core/engine/engine.h"

#include <ATen/Context.h>
#include <ATen/Parallel.h>
#include <dlfcn.h>
#include <torch/version.h>

#include <filesystem>
#include <mutex>

#include "absl/strings/str_cat.h"
#include "core/engine/fused_kernel.h"
#include "core/engine/libtorch_kernel.h"

namespace carousel {
namespace {

// Opens LibTorch's CUDA half, which lies beside libtorch_cpu and registers
// itself. Returns why it cannot be had; "" when it is open.
std::string OpenCudaLibrary() {
  Dl_info torch_cpu;
  if (dladdr(reinterpret_cast<void*>(&at::globalContext), &torch_cpu) == 0) {
    return "LibTorch's folder is not known";
  }
  const std::filesystem::path library =
      std::filesystem::path(torch_cpu.dli_fname).parent_path() /
      "libtorch_cuda.so";
  if (!std::filesystem::exists(library)) {
    return "LibTorch's CUDA library is not installed";
  }
  if (dlopen(library.c_str(), RTLD_NOW | RTLD_GLOBAL) == nullptr) {
    return dlerror();
  }
  return "";
}

// "" when a CUDA device can be used, else why not.
std::string WhyNoCuda() {
  static std::once_flag once;
  static std::string problem;
  std::call_once(once, [] {
    problem = OpenCudaLibrary();
    if (problem.empty() && !at::Context::hasCUDA()) {
      problem = "LibTorch finds no CUDA device";
    }
  });
  return problem;
}

}  // namespace

const LstmKernel& GetKernel(Engine engine, Precision precision) {
  static const ReferenceKernel reference;
  static const LibtorchKernel libtorch;
  static const FusedKernel fused(Precision::kF32);
  static const FusedKernel mixed(Precision::kBf16);
  switch (engine) {
    case Engine::kReference:
      return reference;
    case Engine::kLibtorch:
      return libtorch;
    default:
      return precision == Precision::kBf16 ? mixed : fused;
  }
}

absl::StatusOr<std::string> ResolveDevice(std::string_view device) {
  if (device == "cpu") return "cpu";
  if (device != "auto" && device != "cuda" && device != "cuda:0") {
    return absl::InvalidArgumentError(absl::StrCat(
        "device is ", std::string(device), "; it must be auto, cpu or cuda"));
  }
  const std::string problem = WhyNoCuda();
  if (problem.empty()) return "cuda:0";
  if (device == "auto") return "cpu";
  return absl::FailedPreconditionError(
      absl::StrCat("device is cuda, which cannot be used: ", problem));
}

void SetTorchThreads(int threads) {
  if (threads > 0) at::set_num_threads(threads);
}

void FlushDenormals() {
  // False where the processor cannot, which is no error.
  at::Context::setFlushDenormal(true);
}

int TorchThreads() { return at::get_num_threads(); }

std::string TorchVersion() { return TORCH_VERSION; }

}  // namespace carousel
