// The LSTM on an accelerator behind the same interface.
#ifndef CAROUSEL_CORE_ENGINE_DEVICE_KERNEL_H_
#define CAROUSEL_CORE_ENGINE_DEVICE_KERNEL_H_

#include "core/engine/precision.h"
#include "core/nn/lstm_layer.h"

namespace carousel {

// LibTorch's LSTM over a packed batch (packed_batch.h), which on CUDA is
// cuDNN's: nothing is computed for padding, both directions are one call, and
// the backward one starts at each text's own last token. The weights are handed
// over in one array, in the order in which cuDNN keeps them, so that it reads
// them where they are.
//
// Nothing is read back from the device: what the host has to know of a batch,
// it knows by `lengths`. Runs on a CPU as well, in any floating-point numbers.
class DeviceKernel final : public LstmKernel {
 public:
  // With kBf16 weights, inputs, states and outputs of a layer are bfloat16
  // while it runs; parameters, gradients and what the layer gives on keep their
  // numbers.
  explicit DeviceKernel(Precision precision = Precision::kF32)
      : precision_(precision) {}

  LayerOutput Run(const LayerGates& gates, const LayerInputs& inputs,
                  const at::Tensor& lengths) const override;

 private:
  const Precision precision_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_DEVICE_KERNEL_H_
