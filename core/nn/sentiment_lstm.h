// The whole model: embedding -> LSTM layers -> pooling -> linear -> sigmoid.
#ifndef CAROUSEL_CORE_NN_SENTIMENT_LSTM_H_
#define CAROUSEL_CORE_NN_SENTIMENT_LSTM_H_

#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "core/data/batcher.h"
#include "core/nn/lstm_layer.h"
#include "core/nn/model_config.h"
#include "core/nn/probability.h"

namespace carousel {

// What training switches off at random; all 0 when answering. Masks come from
// torch's default generator of the device.
struct Dropout {
  double output = 0;     // of the pooled vector, and between layers
  double embedding = 0;  // locked: one mask a text, the same at every step
  double word = 0;       // whole tokens become the unknown word
  double weight = 0;     // weights of h, LstmLayer::Gates
};

// A batch as tensors on the model's device.
struct BatchTensors {
  at::Tensor tokens;   // [batch, time], int64
  at::Tensor lengths;  // [batch], int64, always on the CPU
  at::Tensor labels;   // [batch], float; undefined when there are none
};
BatchTensors ToTensors(const Batch& batch, const std::string& device = "cpu");

// Const use is thread-safe; parameters must not change meanwhile.
class SentimentLstm {
 public:
  // Fresh weights from torch's default generator (seed it first). `embedding`
  // is [vocabulary_size, embedding_size] on the CPU; its row 0 (padding) is
  // zeroed. `kernel` runs the layers and is not owned.
  SentimentLstm(const ModelConfig& config, const at::Tensor& embedding,
                double forget_bias, const LstmKernel& kernel);

  // One logit a text, [batch]; the probability of positive is its sigmoid.
  at::Tensor Forward(const BatchTensors& batch,
                     const Dropout& dropout = {}) const;

  // The layers and the head over inputs that are there already: for gradients
  // with respect to them.
  at::Tensor ForwardFrom(const LayerInputs& inputs, const at::Tensor& lengths,
                         const Dropout& dropout = {}) const;

  // All parameters, "embedding" first. Leaves that require gradients.
  std::vector<NamedParameter> parameters() const;

  void MoveTo(const std::string& device);
  const std::string& device() const { return device_; }
  const ModelConfig& config() const { return config_; }
  const at::Tensor& embedding() const { return embedding_; }
  const std::vector<LstmLayer>& layers() const { return layers_; }
  const at::Tensor& head_weight() const { return head_weight_; }
  const at::Tensor& head_bias() const { return head_bias_; }

 private:
  const ModelConfig config_;
  const LstmKernel& kernel_;
  std::string device_ = "cpu";
  at::Tensor embedding_;  // [vocabulary, embedding]
  std::vector<LstmLayer> layers_;
  at::Tensor head_weight_;  // [1, pooled]
  at::Tensor head_bias_;    // [1]
};

// ToProbability of each of `logits`, [batch] on any device.
std::vector<double> ToProbabilities(const at::Tensor& logits);

// The deviation that an engine may have from the reference, and how far two
// tensors are apart by that measure: max |a - b| / max(1, max |b|); infinity
// for tensors of different shapes.
inline constexpr double kParityTolerance = 1e-5;
double ParityError(const at::Tensor& a, const at::Tensor& b);

}  // namespace carousel

#endif  // CAROUSEL_CORE_NN_SENTIMENT_LSTM_H_
