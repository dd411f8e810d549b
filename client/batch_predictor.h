// Any number of texts through Predict, whose calls carry a bounded number.
#ifndef CAROUSEL_CLIENT_BATCH_PREDICTOR_H_
#define CAROUSEL_CLIENT_BATCH_PREDICTOR_H_

#include <cstddef>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "client/client.h"
#include "client/waiter.h"

namespace carousel::client {

// What one call may carry.
inline constexpr int kMaxTextsPerCall = 4096;
inline constexpr std::size_t kMaxBytesPerCall = 32 << 20;

struct BatchOptions {
  std::string model;
  // Small calls show progress, and share the server with other callers.
  int texts_per_call = 512;
  std::size_t bytes_per_call = 8 << 20;
  // Calls on their way at the same time.
  int calls_in_flight = 4;
  // The whole run.
  CallOptions call;
};

// Gives the next text; false when there is none.
using TextSource = std::function<absl::StatusOr<bool>(std::string& text)>;

// Takes the result of the next text, response.results(index). Results come in
// the order of the texts, on the calling thread.
using ResultSink =
    std::function<absl::Status(const v1::PredictResponse& response, int index)>;

// Classifies all texts of `source`. All by one version: the one that answers
// the first call, even if a label moves in between. A call that the server's
// full queue refuses is repeated after the delay that the server names. The
// first error of a call, `source` or `sink` ends the run.
absl::Status PredictAll(const Client& client, const BatchOptions& options,
                        Waiter& waiter, const TextSource& source,
                        const ResultSink& sink);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_BATCH_PREDICTOR_H_
