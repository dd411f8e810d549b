// Who wants to know what is answered: the metrics.
#ifndef CAROUSEL_CORE_SERVE_PREDICT_OBSERVER_H_
#define CAROUSEL_CORE_SERVE_PREDICT_OBSERVER_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace carousel {

// Called from several threads; must be quick.
class PredictObserver {
 public:
  virtual ~PredictObserver() = default;
  // Texts that were answered together and how long they took. A loop that takes
  // texts while others are under way (queue_rows.h) tells of as many as were
  // under way when it told the last time, so that all rows are all texts here,
  // too.
  virtual void OnBatch(std::size_t rows, double forward_seconds) = 0;
  // For each text that comes into a batch.
  virtual void OnQueueWait(double seconds) = 0;
  // Once a call that is encoded as a whole.
  virtual void OnTokenized(const std::string& model, std::int64_t tokens,
                           std::int64_t unknown_tokens, double seconds) = 0;
  // Once a text of every call whose model was found, with what the caller got:
  // when the call fails, all its texts do.
  virtual void OnAnswer(const std::string& model,
                        const absl::StatusOr<double>& probability) = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_SERVE_PREDICT_OBSERVER_H_
