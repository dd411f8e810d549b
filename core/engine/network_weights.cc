#include "core/engine/network_weights.h"

#include <ATen/ATen.h>

#include <vector>

#include "core/engine/torch_threads.h"

namespace carousel {
namespace {

// Holds the stacked weights while they are packed.
class StackedWeights {
 public:
  explicit StackedWeights(const SentimentLstm& model) {
    weights_.embedding = Keep(model.embedding());
    weights_.head = Keep(model.head_weight());
    weights_.head_bias = *Keep(model.head_bias());
    for (const LstmLayer& layer : model.layers()) {
      const LayerGates gates = layer.Gates();
      std::vector<CellWeights>& cells = weights_.layers.emplace_back();
      cells.push_back({Keep(gates.forward.weight), Keep(gates.forward.bias)});
      if (!gates.backward.has_value()) continue;
      cells.push_back(
          {Keep(gates.backward->weight), Keep(gates.backward->bias)});
    }
  }

  const NetworkWeights& weights() const { return weights_; }

 private:
  const float* Keep(const at::Tensor& tensor) {
    kept_.push_back(tensor.detach().contiguous());
    return kept_.back().const_data_ptr<float>();
  }

  std::vector<at::Tensor> kept_;
  NetworkWeights weights_;
};

}  // namespace

bool CanPack(const SentimentLstm& model) {
  const at::Tensor& embedding = model.embedding();
  return embedding.device().is_cpu() && embedding.scalar_type() == at::kFloat &&
         embedding.is_contiguous();
}

PackedNetwork PackModel(const SentimentLstm& model,
                        const PackingOptions& options) {
  return PackNetwork(model.config(), StackedWeights(model).weights(), options,
                     OnTorchThreads);
}

}  // namespace carousel
