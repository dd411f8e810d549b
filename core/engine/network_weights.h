// The way from a model of torch's tensors to the engine's own form.
#ifndef CAROUSEL_CORE_ENGINE_NETWORK_WEIGHTS_H_
#define CAROUSEL_CORE_ENGINE_NETWORK_WEIGHTS_H_

#include "core/engine/packed_network.h"
#include "core/nn/sentiment_lstm.h"

namespace carousel {

// Whether the engine can answer for the model: floats on the CPU.
bool CanPack(const SentimentLstm& model);

// As PackNetwork. The model must outlive the result, and its weights must not
// change meanwhile.
PackedNetwork PackModel(const SentimentLstm& model,
                        const PackingOptions& options);

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_NETWORK_WEIGHTS_H_
