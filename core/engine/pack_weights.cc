#include "core/engine/bf16.h"
#include "core/engine/gate_kernels.h"

namespace carousel {
namespace {

constexpr std::int64_t kGates = 4;

}  // namespace

std::int64_t PackedFloats(const GateKernels& kernels, std::int64_t outputs,
                          std::int64_t inputs) {
  return kernels.precision == Precision::kBf16 ? outputs * ((inputs + 1) / 2)
                                               : outputs * inputs;
}

void PackWeights(const GateKernels& kernels, const float* weights,
                 std::int64_t outputs, std::int64_t inputs, float* out) {
  const bool pairs = kernels.precision == Precision::kBf16;
  const std::int64_t width = kGates * kernels.lanes;
  for (std::int64_t first = 0; first < outputs; first += width) {
    for (std::int64_t k = 0; k < inputs; k += pairs ? 2 : 1) {
      for (std::int64_t j = first; j < first + width; ++j) {
        const float* const at = weights + j * inputs + k;
        *out++ = pairs ? Bf16Pair(at[0], k + 1 < inputs ? at[1] : 0) : at[0];
      }
    }
  }
}

}  // namespace carousel
