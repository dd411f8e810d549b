// The gradients of weights over a whole sequence, on several threads.
#ifndef CAROUSEL_CORE_ENGINE_WEIGHT_GRADIENT_H_
#define CAROUSEL_CORE_ENGINE_WEIGHT_GRADIENT_H_

#include <cstdint>
#include <vector>

#include "core/engine/gate_kernels.h"
#include "core/engine/parallel_for.h"

namespace carousel {

struct WeightGradientSums {
  const GateKernels* kernels = nullptr;
  std::int64_t inputs = 0;           // numbers of x[p]
  std::int64_t outputs = 0;          // numbers of a gate row
  std::vector<const float*> x;       // [positions]
  std::vector<const float*> d_maps;  // [positions]
};

// `gradient`, [inputs, outputs], is the sum over p of x[p] times d_maps[p].
// Each of `shares` threads sums up some of the panels, so the result is the
// same, bit for bit, for any number of them.
void SumWeightGradient(const WeightGradientSums& sums, int shares,
                       float* gradient, const ParallelFor& parallel);

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_WEIGHT_GRADIENT_H_
