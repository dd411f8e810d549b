// The model over a text that is still coming. What an LSTM knows of the tokens
// so far stands in its state, so nothing of them need be kept: reading one more
// token is one more step of each layer, and the answer so far is one product.
//
// That holds for one direction only; the backward one begins at the text's
// last token. Of the poolings, last is the state itself, and max and mean are
// kept up step by step.
#ifndef CAROUSEL_CORE_NN_STREAMING_LSTM_H_
#define CAROUSEL_CORE_NN_STREAMING_LSTM_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <span>
#include <vector>

#include "core/nn/lstm_cell.h"
#include "core/nn/sentiment_lstm.h"

namespace carousel {

// What is known of one text; its size does not depend on the text's length.
// Copies are independent of each other.
struct StreamState {
  std::vector<LstmState> layers;  // [1, hidden] each
  // Over the outputs of the last layer so far, [1, hidden]: the largest of each
  // unit, and the sum, in double precision so that ten thousand small terms add
  // up as exactly one by one as in one go.
  at::Tensor max;
  at::Tensor sum;
  std::int64_t tokens = 0;
};

// Steps LstmCell whichever kernel the model itself runs on: with one row and
// one step at a time there is nothing to do in another way. Answers agree with
// SentimentLstm::Forward's to kParityTolerance. Thread-safe.
class StreamingLstm {
 public:
  // `model` must pass CheckCanStream (can_stream.h). Shares its embedding and
  // head, and copies the weights of its layers, as they are now, into the form
  // that Step wants.
  explicit StreamingLstm(const SentimentLstm& model);

  // Before the first token.
  StreamState Begin() const;
  void Advance(std::span<const TokenId> tokens, StreamState& state) const;
  // The logit after the tokens so far, at least one: [1].
  at::Tensor Logit(const StreamState& state) const;

 private:
  at::Tensor Pool(const StreamState& state) const;

  const Pooling pooling_;
  at::Tensor embedding_;  // [vocabulary, embedding]
  std::vector<StackedGates> layers_;
  at::Tensor head_weight_;  // [1, pooled]
  at::Tensor head_bias_;    // [1]
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_NN_STREAMING_LSTM_H_
