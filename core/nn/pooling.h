// From the outputs of the last layer to one vector a text.
#ifndef CAROUSEL_CORE_NN_POOLING_H_
#define CAROUSEL_CORE_NN_POOLING_H_

#include <ATen/core/Tensor.h>

#include "core/nn/lstm_layer.h"
#include "core/nn/model_config.h"

namespace carousel {

// [batch, pooled], over each text's own outputs: with kConcat the largest
// values of all units, then their means, then the last ones.
at::Tensor PoolOutputs(const LayerOutput& output, const at::Tensor& lengths,
                       Pooling pooling);

}  // namespace carousel

#endif  // CAROUSEL_CORE_NN_POOLING_H_
