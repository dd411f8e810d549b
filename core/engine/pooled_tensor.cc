#include "core/engine/pooled_tensor.h"

#include <ATen/ATen.h>

#include "core/engine/float_pool.h"

namespace carousel {

at::Tensor PooledTensor(std::int64_t rows, std::int64_t columns) {
  FloatPool& pool = FloatPool::OfProcess();
  return at::from_blob(
      pool.Take(rows * columns), {rows, columns},
      [&pool](void* array) { pool.GiveBack(static_cast<float*>(array)); },
      at::TensorOptions().dtype(at::kFloat));
}

const float* Numbers(const at::Tensor& tensor) {
  return tensor.defined() ? tensor.const_data_ptr<float>() : nullptr;
}

float* MutableNumbers(const at::Tensor& tensor) {
  return tensor.defined() ? tensor.mutable_data_ptr<float>() : nullptr;
}

}  // namespace carousel
