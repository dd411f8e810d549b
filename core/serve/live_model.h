// A model version in memory, ready to answer.
#ifndef CAROUSEL_CORE_SERVE_LIVE_MODEL_H_
#define CAROUSEL_CORE_SERVE_LIVE_MODEL_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/nn/model_config.h"
#include "core/serve/text_reader.h"
#include "core/text/encoder.h"

namespace carousel {

// Thread-safe and immutable; whoever holds a pointer keeps it alive across
// swaps and unloads. An interface, so that the registry and the queue are
// tested without torch.
class LiveModel {
 public:
  virtual ~LiveModel() = default;

  virtual const std::string& name() const = 0;
  virtual std::int64_t version() const = 0;
  virtual const ModelConfig& config() const = 0;
  virtual const TextEncoder& encoder() const = 0;
  // Bytes of weights in memory.
  virtual std::int64_t bytes() const = 0;

  // The probability of positive for each text, in order: the same to 1e-6
  // whatever stands beside it.
  virtual absl::StatusOr<std::vector<double>> Predict(
      std::span<const EncodedText> texts) const = 0;

  // Begins to read a text of which more may come. FAILED_PRECONDITION as
  // CheckCanStream (core/nn/can_stream.h). The reader keeps no hold of the
  // model.
  virtual absl::StatusOr<std::unique_ptr<TextReader>> BeginText() const = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_SERVE_LIVE_MODEL_H_
