// Carousel's own LSTM behind the same interface as the reference.
#ifndef CAROUSEL_CORE_ENGINE_FUSED_KERNEL_H_
#define CAROUSEL_CORE_ENGINE_FUSED_KERNEL_H_

#include "core/engine/precision.h"
#include "core/nn/lstm_layer.h"

namespace carousel {

// The loop over time, forward and back, is that of recurrence.h, over live rows
// only; what x gives to the gates is made once for equal inputs
// (distinct_inputs.h). Numbers other than floats on the CPU go to
// DeviceKernel.
//
// While no gradient is asked for, a text's answer is the same, bit for bit,
// whatever stands beside it and however many threads there are.
class FusedKernel final : public LstmKernel {
 public:
  explicit FusedKernel(Precision precision = Precision::kF32)
      : precision_(precision) {}

  LayerOutput Run(const LayerGates& gates, const LayerInputs& inputs,
                  const at::Tensor& lengths) const override;
  at::Tensor RunPooled(const LayerGates& gates, const LayerInputs& inputs,
                       const at::Tensor& lengths,
                       Pooling pooling) const override;

 private:
  const Precision precision_;
};

// One direction, front to back, from a state on: for texts that are read in
// pieces (truncated backpropagation through time). Differentiable in `state`,
// [batch, hidden] each, as well; f32.
struct FusedRun {
  at::Tensor outputs;  // [batch, time, hidden]
  LstmState last;      // after each text's own last token, [batch, hidden]
};
FusedRun RunFrom(const LstmState& state, const StackedGates& gates,
                 const LayerInputs& inputs, const at::Tensor& lengths);

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_FUSED_KERNEL_H_
