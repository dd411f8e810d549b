// Arrays of the process's pool (float_pool.h) as torch's tensors.
#ifndef CAROUSEL_CORE_ENGINE_POOLED_TENSOR_H_
#define CAROUSEL_CORE_ENGINE_POOLED_TENSOR_H_

#include <ATen/core/Tensor.h>

#include <cstdint>

namespace carousel {

// [rows, columns] floats that mean nothing yet; the array goes back to the pool
// with the last tensor that looks at it.
at::Tensor PooledTensor(std::int64_t rows, std::int64_t columns);

// The numbers of a contiguous tensor of floats; null when it is undefined.
const float* Numbers(const at::Tensor& tensor);
float* MutableNumbers(const at::Tensor& tensor);

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_POOLED_TENSOR_H_
