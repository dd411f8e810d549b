// Which models can answer a text of which more may come. Knows no torch.
#ifndef CAROUSEL_CORE_NN_CAN_STREAM_H_
#define CAROUSEL_CORE_NN_CAN_STREAM_H_

#include "absl/status/status.h"
#include "core/nn/model_config.h"

namespace carousel {

// OK, or FAILED_PRECONDITION with reason NOT_STREAMABLE, naming all that keeps
// the model from it: it reads backwards too, or keeps the end of a long text.
absl::Status CheckCanStream(const ModelConfig& config);

}  // namespace carousel

#endif  // CAROUSEL_CORE_NN_CAN_STREAM_H_
