// Carousel's own LSTM behind the same interface as the reference.
#ifndef CAROUSEL_CORE_ENGINE_FUSED_KERNEL_H_
#define CAROUSEL_CORE_ENGINE_FUSED_KERNEL_H_

#include "core/nn/lstm_layer.h"

namespace carousel {

// Products over whole sequences are torch's; the loop over time, forward and
// back, is that of recurrence.h, over live rows only. Numbers other than floats
// on the CPU go to LibtorchKernel.
//
// While no gradient is asked for, a text's answer is the same, bit for bit,
// whatever stands beside it and however many threads there are.
class FusedKernel final : public LstmKernel {
 public:
  LayerOutput Run(const LayerGates& gates, const at::Tensor& inputs,
                  const at::Tensor& lengths) const override;
  at::Tensor RunPooled(const LayerGates& gates, const at::Tensor& inputs,
                       const at::Tensor& lengths,
                       Pooling pooling) const override;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_FUSED_KERNEL_H_
