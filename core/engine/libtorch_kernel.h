// LibTorch's own LSTM behind the same interface: the peer to measure against.
#ifndef CAROUSEL_CORE_ENGINE_LIBTORCH_KERNEL_H_
#define CAROUSEL_CORE_ENGINE_LIBTORCH_KERNEL_H_

#include "core/nn/lstm_layer.h"

namespace carousel {

// Stacked gates, weights or biases, in torch's order: i, f, g (our c~), o.
at::Tensor ReorderGates(const at::Tensor& stacked);

// Reorders our gates (f, i, c, o on [h, x], one bias) into torch's (i, f, g, o,
// weights of x and of h apart, two biases) and calls at::lstm; a bidirectional
// layer runs as two calls, the second over reversed texts, since only that
// starts the backward direction at each text's own last token.
class LibtorchKernel final : public LstmKernel {
 public:
  LayerOutput Run(const LayerGates& gates, const LayerInputs& inputs,
                  const at::Tensor& lengths) const override;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_LIBTORCH_KERNEL_H_
