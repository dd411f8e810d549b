#include "core/text/skip_gram_kernel.h"

namespace carousel {
namespace {

#define KERNEL_NAME RunBaseline
#define KERNEL_TARGET
#define KERNEL_LANES 4
#include "core/text/skip_gram_kernel.inc"
#undef KERNEL_NAME
#undef KERNEL_TARGET
#undef KERNEL_LANES

#if defined(__x86_64__)
#define KERNEL_NAME RunAvx2
#define KERNEL_TARGET __attribute__((target("avx2,fma")))
#define KERNEL_LANES 8
#include "core/text/skip_gram_kernel.inc"
#undef KERNEL_NAME
#undef KERNEL_TARGET
#undef KERNEL_LANES

#define KERNEL_NAME RunAvx512
#define KERNEL_TARGET __attribute__((target("avx512f,avx2,fma")))
#define KERNEL_LANES 16
#include "core/text/skip_gram_kernel.inc"
#undef KERNEL_NAME
#undef KERNEL_TARGET
#undef KERNEL_LANES
#endif

}  // namespace

std::vector<NamedSkipGramKernel> SkipGramKernels() {
  std::vector<NamedSkipGramKernel> kernels;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx512f")) {
    kernels.push_back({"avx512", RunAvx512});
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    kernels.push_back({"avx2", RunAvx2});
  }
#endif
  kernels.push_back({"baseline", RunBaseline});
  return kernels;
}

}  // namespace carousel
