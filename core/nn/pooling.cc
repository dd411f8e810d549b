#include "core/nn/pooling.h"

#include <ATen/ATen.h>

#include <limits>
#include <tuple>

#include "core/nn/device_copy.h"

namespace carousel {

at::Tensor PoolOutputs(const LayerOutput& output, const at::Tensor& lengths,
                       Pooling pooling) {
  if (pooling == Pooling::kLast) return output.last;
  const at::Tensor& outputs = output.outputs;
  const at::Tensor length =
      CopyToDevice(lengths, outputs.device()).view({-1, 1, 1});
  const at::Tensor is_padding =
      at::arange(outputs.size(1), length.options()).view({1, -1, 1}) >= length;
  const auto max = [&] {
    const double lowest = -std::numeric_limits<double>::infinity();
    return std::get<0>(outputs.masked_fill(is_padding, lowest).max(1));
  };
  const auto mean = [&] {
    return outputs.masked_fill(is_padding, 0).sum(1) / length.squeeze(2);
  };
  switch (pooling) {
    case Pooling::kMax:
      return max();
    case Pooling::kMean:
      return mean();
    default:
      return at::cat({max(), mean(), output.last}, 1);
  }
}

}  // namespace carousel
