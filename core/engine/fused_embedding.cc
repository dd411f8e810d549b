#include "core/engine/fused_embedding.h"

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include <algorithm>

#include "core/engine/engine.h"
#include "core/engine/kept_packing.h"
#include "core/engine/pooled_tensor.h"
#include "core/engine/torch_threads.h"

namespace carousel {
namespace {

// rows[i] is added to the row words[i] of a table of zeros, in order of i. A
// share has the words of its own of all threads. Rows may lie apart.
at::Tensor AddUp(const at::Tensor& words, const at::Tensor& rows,
                 std::int64_t table_rows) {
  const std::int64_t width = rows.size(1);
  const std::int64_t stride = rows.stride(0);
  const at::Tensor table = PooledTensor(table_rows, width);
  const auto indices = View(words);
  const float* const from = Numbers(rows);
  float* const to = MutableNumbers(table);
  const int shares = TorchThreads();
  OnTorchThreads(shares, [&](int share) {
    const std::int64_t begin = table_rows * share / shares;
    const std::int64_t end = table_rows * (share + 1) / shares;
    std::fill(to + begin * width, to + end * width, 0.0F);
    for (std::size_t i = 0; i < indices.size(); ++i) {
      if (indices[i] < begin || indices[i] >= end) continue;
      const float* const row = from + static_cast<std::int64_t>(i) * stride;
      float* const sum = to + indices[i] * width;
      for (std::int64_t j = 0; j < width; ++j) sum[j] += row[j];
    }
  });
  return table;
}

class LookUpFunction : public torch::autograd::Function<LookUpFunction> {
 public:
  static at::Tensor forward(torch::autograd::AutogradContext* context,
                            const at::Tensor& table, const at::Tensor& words) {
    context->save_for_backward({words});
    context->saved_data["rows"] = table.size(0);
    return table.index_select(0, words);
  }

  static torch::autograd::variable_list backward(
      torch::autograd::AutogradContext* context,
      const torch::autograd::variable_list& gradients) {
    const at::Tensor& rows = gradients[0];
    return {AddUp(context->get_saved_variables()[0],
                  rows.stride(1) == 1 ? rows : rows.contiguous(),
                  context->saved_data["rows"].toInt()),
            at::Tensor()};
  }
};

}  // namespace

at::Tensor LookUp(const at::Tensor& table, const at::Tensor& words) {
  return LookUpFunction::apply(table, words.contiguous());
}

}  // namespace carousel
