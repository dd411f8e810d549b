// What a layer reads, as vectors or as the words that they are the vectors of.
#ifndef CAROUSEL_CORE_NN_LAYER_INPUTS_H_
#define CAROUSEL_CORE_NN_LAYER_INPUTS_H_

#include <ATen/core/Tensor.h>

#include <optional>

namespace carousel {

// Words before their vectors are looked up. An engine may do with less than one
// vector a token: texts say the same words again and again.
struct EmbeddedTokens {
  at::Tensor embedding;  // [vocabulary, input]
  at::Tensor tokens;     // [batch, time], int64
  // [batch, input]: what the vectors of each text are multiplied with;
  // undefined when they stay as they are.
  at::Tensor mask;

  // [batch, time, input]. Padding gives its row no gradient.
  at::Tensor LayOut() const;
};

class LayerInputs {
 public:
  // `vectors` is [batch, time, input].
  LayerInputs(at::Tensor vectors);     // NOLINT(google-explicit-constructor)
  LayerInputs(EmbeddedTokens tokens);  // NOLINT(google-explicit-constructor)

  std::int64_t rows() const;
  std::int64_t time() const;
  at::TensorOptions options() const;
  // Nothing when only the vectors are known.
  const std::optional<EmbeddedTokens>& tokens() const { return tokens_; }
  // [batch, time, input]
  at::Tensor LayOut() const;
  // Each text's vectors times its row of `mask`, [batch, input]. Once.
  LayerInputs Times(const at::Tensor& mask) const;

 private:
  at::Tensor vectors_;
  std::optional<EmbeddedTokens> tokens_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_NN_LAYER_INPUTS_H_
