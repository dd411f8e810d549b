// A LiveModel over a SentimentLstm.
#ifndef CAROUSEL_CORE_SERVE_TORCH_LIVE_MODEL_H_
#define CAROUSEL_CORE_SERVE_TORCH_LIVE_MODEL_H_

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "core/engine/engine.h"
#include "core/serve/live_model.h"
#include "core/text/word_vectors.h"

namespace carousel {

class SentimentLstm;

// A LiveModel that also gives its network to analysis and evaluation.
class TorchLiveModel : public LiveModel {
 public:
  virtual const SentimentLstm& network() const = 0;
  // A copy of the embedding under the vocabulary's words, the two reserved
  // entries left out, in the order of the vocabulary.
  virtual WordVectors EmbeddingVectors() const = 0;
};

struct LiveModelOptions {
  Engine engine = Engine::kFused;
  std::string device = "cpu";
  // The most that Engine::kFused takes for the products of frequent words
  // (core/engine/packed_network.h).
  std::int64_t folded_bytes = std::int64_t{64} << 20;
  // Of the products of Engine::kFused; the others' are f32.
  Precision precision = Precision::kF32;
};

// Reads a model folder and answers a few texts to warm up (allocations,
// kernels). Errors as LoadModel; FAILED_PRECONDITION when the warm-up gives
// what is no probability.
absl::StatusOr<std::shared_ptr<const TorchLiveModel>> LoadLiveModel(
    const std::string& name, std::int64_t version,
    const std::filesystem::path& folder, const LiveModelOptions& options);

}  // namespace carousel

#endif  // CAROUSEL_CORE_SERVE_TORCH_LIVE_MODEL_H_
