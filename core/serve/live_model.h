// A model version in memory, ready to answer.
#ifndef CAROUSEL_CORE_SERVE_LIVE_MODEL_H_
#define CAROUSEL_CORE_SERVE_LIVE_MODEL_H_

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "core/engine/row_source.h"
#include "core/engine/step_crew.h"
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

  // Whether the engine's loop answers the texts of this model: then ReadRows is
  // how those of a queue are answered.
  virtual bool reads_rows() const { return false; }
  // Answers what the source has, at most `slots` texts at a time, until it has
  // no more, with the help of `crew` if it is not null
  // (core/engine/reading_loop.h). After an error it could not go on: what it
  // took and did not answer is the source's to end. UNIMPLEMENTED unless
  // reads_rows().
  virtual absl::Status ReadRows(std::int64_t slots, RowSource& source,
                                StepCrew* crew) const;

  // Begins to read a text of which more may come. FAILED_PRECONDITION as
  // CheckCanStream (core/nn/can_stream.h). The reader keeps no hold of the
  // model.
  virtual absl::StatusOr<std::unique_ptr<TextReader>> BeginText() const = 0;
};

// "imdb@3"
inline std::string NameWithVersion(const LiveModel& model) {
  return absl::StrCat(model.name(), "@", model.version());
}

inline absl::Status LiveModel::ReadRows(std::int64_t /*slots*/,
                                        RowSource& /*source*/,
                                        StepCrew* /*crew*/) const {
  return absl::UnimplementedError("this model reads no rows");
}

}  // namespace carousel

#endif  // CAROUSEL_CORE_SERVE_LIVE_MODEL_H_
