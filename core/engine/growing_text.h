// A text of which more may come, read by the engine: what an LSTM knows of the
// tokens so far is its state, so one more token is one more step of each layer.
// As core/nn/streaming_lstm.h, which is the one to read, without torch.
#ifndef CAROUSEL_CORE_ENGINE_GROWING_TEXT_H_
#define CAROUSEL_CORE_ENGINE_GROWING_TEXT_H_

#include <cstdint>
#include <span>
#include <vector>

#include "core/engine/aligned_floats.h"
#include "core/engine/packed_network.h"
#include "core/text/vocabulary.h"

namespace carousel {

// Its memory does not grow with the text. For one thread at a time.
class GrowingText {
 public:
  // The network has one direction and must outlive this.
  explicit GrowingText(const PackedNetwork& network);

  void Read(std::span<const TokenId> tokens);

  // Of positive after the tokens so far, at least one: what ReadTexts says of
  // them, to 1e-6.
  double Logit() const;

 private:
  // [hidden] each.
  struct LayerState {
    AlignedFloats h;
    AlignedFloats h_out;  // of the step that is being made
    AlignedFloats c;
  };

  void ReadToken(TokenId token);
  // What the layer's input gives to the gates.
  const float* Maps(std::size_t layer, TokenId token);
  void Pool();

  const PackedNetwork& network_;
  std::vector<LayerState> layers_;
  AlignedFloats product_;  // a gate row
  // Over the outputs of the last layer, [hidden]; the sum in double precision,
  // so that ten thousand small terms add up as exactly as two hundred.
  std::vector<float> max_;
  std::vector<double> sum_;
  std::int64_t tokens_ = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_GROWING_TEXT_H_
