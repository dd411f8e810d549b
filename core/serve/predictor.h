// Answers texts: encodes them, sends them through the batching queue, runs the
// batches. Knows no torch.
#ifndef CAROUSEL_CORE_SERVE_PREDICTOR_H_
#define CAROUSEL_CORE_SERVE_PREDICTOR_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/base/executor.h"
#include "core/serve/batching_queue.h"
#include "core/serve/model_registry.h"

namespace carousel {

// Who wants to know what is answered: the metrics. Called from several
// threads; must be quick.
class PredictObserver {
 public:
  virtual ~PredictObserver() = default;
  virtual void OnBatch(std::size_t rows, double forward_seconds) = 0;
  virtual void OnQueueWait(double seconds) = 0;
  virtual void OnTokenized(const std::string& model, std::int64_t tokens,
                           std::int64_t unknown_tokens, double seconds) = 0;
  virtual void OnAnswer(const std::string& model,
                        const absl::StatusOr<double>& probability) = 0;
};

struct TextPrediction {
  std::string label;       // as the training file spells it
  double probability = 0;  // of positive
};

struct PredictRequest {
  ModelReference model;
  std::vector<std::string> texts;
  SteadyTime deadline = SteadyTime::max();
  std::function<bool()> cancelled;  // may be null
};

struct PredictReply {
  std::string model;
  std::int64_t version = 0;
  std::vector<std::string> label_names;  // [negative, positive]
  int majority_label = 1;
  // One a text, in order; a text's own error never fails its neighbours.
  std::vector<absl::StatusOr<TextPrediction>> results;
};

struct PredictorOptions {
  int threads = 1;  // that run batches
  BatchingQueueOptions queue;
  std::size_t max_texts = 4096;      // a call
  std::size_t max_bytes = 32 << 20;  // of all texts of a call
};

// Thread-safe.
class Predictor {
 public:
  using Done = std::function<void(absl::StatusOr<PredictReply>)>;

  // Nothing is owned. `executor` tokenizes; `observer` may be null.
  Predictor(const PredictorOptions& options, ModelRegistry& registry,
            Executor& executor, const Clock& clock, PredictObserver* observer);
  // Drains, as Stop().
  ~Predictor();

  // `done` is called exactly once, from any thread. The call as a whole fails
  // for: no texts or too many, too many bytes (INVALID_ARGUMENT, naming value
  // and limit), an unknown model (NOT_FOUND), a full queue
  // (RESOURCE_EXHAUSTED), draining (UNAVAILABLE), a deadline that passed
  // before every text had its answer (DEADLINE_EXCEEDED), a caller who went
  // away (CANCELLED).
  void Predict(PredictRequest request, Done done);

  // Refuses new calls, answers what waits, joins.
  void Stop();

  std::size_t queue_depth() const { return queue_.depth(); }

 private:
  struct Call;
  void Encode(const std::shared_ptr<Call>& call);
  void RunBatches();

  const PredictorOptions options_;
  ModelRegistry& registry_;
  Executor& executor_;
  const Clock& clock_;
  PredictObserver* const observer_;
  BatchingQueue queue_;
  std::vector<std::thread> threads_;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_SERVE_PREDICTOR_H_
