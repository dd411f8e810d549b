// The vectors of words, with the gradient of their table, as torch's autograd
// sees them.
#ifndef CAROUSEL_CORE_ENGINE_FUSED_EMBEDDING_H_
#define CAROUSEL_CORE_ENGINE_FUSED_EMBEDDING_H_

#include <ATen/core/Tensor.h>

namespace carousel {

// at::embedding of `words`, [words], int64, none of them padding: [words,
// input]. The table's gradient, which is as large as the table, comes from the
// process's pool (float_pool.h); it is the same, bit for bit, on any threads.
at::Tensor LookUp(const at::Tensor& table, const at::Tensor& words);

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_FUSED_EMBEDDING_H_
