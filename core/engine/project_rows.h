// Many rows' products with the weights of x, on several threads.
#ifndef CAROUSEL_CORE_ENGINE_PROJECT_ROWS_H_
#define CAROUSEL_CORE_ENGINE_PROJECT_ROWS_H_

#include <cstdint>

#include "core/engine/gate_kernels.h"
#include "core/engine/parallel_for.h"

namespace carousel {

struct ProjectRowsArgs {
  const GateKernels* kernels = nullptr;
  const float* weights = nullptr;  // packed (PackWeights, gate_kernels.h)
  const float* bias = nullptr;     // a gate row
  std::int64_t rows = 0;
  std::int64_t inputs = 0;
  std::int64_t outputs = 0;  // numbers of a gate row
  const float* x = nullptr;  // [rows, inputs]
  float* out = nullptr;      // [rows, outputs]
};

// A row is the same, bit for bit, however many there are and on any threads.
void ProjectRows(const ProjectRowsArgs& args, const ParallelFor& parallel);

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_PROJECT_ROWS_H_
