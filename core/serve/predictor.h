// Answers texts: encodes them, sends them through the batching queue, runs the
// batches. Knows no torch.
//
//   Predict -> encode: the model, when it is in memory (else it goes by way of
//   load), then its encoder over the texts, a chunk a task -> BatchingQueue ->
//   its threads: a loop over the queue (queue_rows.h) where the model has one,
//   else LiveModel::Predict batch by batch -> `done`
#ifndef CAROUSEL_CORE_SERVE_PREDICTOR_H_
#define CAROUSEL_CORE_SERVE_PREDICTOR_H_

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/base/executor.h"
#include "core/base/mutex.h"
#include "core/base/names.h"
#include "core/engine/step_crew.h"
#include "core/serve/batching_queue.h"
#include "core/serve/model_registry.h"
#include "core/serve/predict_observer.h"

namespace carousel {

struct PredictCall;

struct TextPrediction {
  std::string label;       // as the training file spells it
  double probability = 0;  // of positive
};

struct PredictRequest {
  ModelReference model;
  std::vector<std::string> texts;
  SteadyTime deadline = SteadyTime::max();
  // True once nobody waits for the reply any more; may be null. Called from
  // several threads at once, until `done` is called.
  std::function<bool()> cancelled;
};

// Where the time of a call went: stretches that follow each other.
struct PredictTimes {
  using Duration = std::chrono::steady_clock::duration;
  Duration model{};     // until its model was there, loaded if need be
  Duration tokenize{};  // until its texts were in the queue
  Duration queue{};     // until the first of them came into a batch
  Duration forward{};   // until the last of them had its answer
};

struct PredictReply {
  std::string model;
  std::int64_t version = 0;
  std::vector<std::string> label_names;  // [negative, positive]
  int majority_label = 1;
  // One a text, in order; a text's own error, always INVALID_ARGUMENT, never
  // fails its neighbours.
  std::vector<absl::StatusOr<TextPrediction>> results;
  PredictTimes times;
};

struct PredictorOptions {
  // That run loops and batches; as many make the steps of a text that is alone.
  int threads = 1;
  BatchingQueueOptions queue;
  std::size_t max_texts = 4096;      // a call; no more than the queue holds
  std::size_t max_bytes = 32 << 20;  // of all texts of a call
  // Of all texts of the calls that are not answered yet: whoever called keeps
  // them that long. Their number is bounded by the queue's capacity, once more
  // for those on their way into it.
  std::size_t max_held_bytes = 256 << 20;
  // Tasks of one call that the executor may hold at a time. A large call is
  // encoded in small chunks and queues again behind others after each.
  std::size_t encode_parallelism = 4;
};

// Where the work before the queue is done. Neither is owned.
struct PredictorExecutors {
  // Tokenizes; nothing that waits should run on it, or all calls wait.
  Executor& encode;
  // Reads models that are not in memory, one after the other.
  Executor& load;
};

// Thread-safe.
class Predictor {
 public:
  using Done = std::function<void(absl::StatusOr<PredictReply>)>;

  // Nothing is owned; all must outlive it. `observer` may be null.
  Predictor(const PredictorOptions& options, ModelRegistry& registry,
            const PredictorExecutors& executors, const Clock& clock,
            PredictObserver* observer);
  // Drains, as Stop().
  ~Predictor();
  Predictor(const Predictor&) = delete;
  Predictor& operator=(const Predictor&) = delete;

  // `done` is called exactly once, from any thread, perhaps before Predict
  // returns, and with no lock held; it must not stop or destroy the predictor.
  // The call as a whole fails for: no texts or too many, too many bytes
  // (INVALID_ARGUMENT, naming value and limit), an unknown model (NOT_FOUND), a
  // full queue, too many texts on their way to it or too many bytes in all
  // (RESOURCE_EXHAUSTED, reason QUEUE_FULL, with a retry delay), draining
  // (UNAVAILABLE, reason DRAINING), a deadline that passed before every text
  // had its answer (DEADLINE_EXCEEDED), a caller who went away (CANCELLED), a
  // batch that failed or gave what is no probability (the model's error).
  void Predict(PredictRequest request, Done done) EXCLUDES(mutex_);

  // Refuses new calls, answers those it has taken, joins. When it returns,
  // every `done` has been called. Not from an executor or from a `done`.
  void Stop() EXCLUDES(mutex_, stop_mutex_);

  std::size_t queue_depth() const { return queue_.depth(); }

 private:
  using CallPtr = std::shared_ptr<PredictCall>;

  absl::Status CheckLimits(const PredictRequest& request) const;
  // Counts a new call, and its first task, or says why it is refused.
  absl::Status Admit(const PredictCall& call) EXCLUDES(mutex_);
  // The call's texts are in the queue now, or it is done.
  void EndReading(const PredictCall& call) EXCLUDES(mutex_);
  // The call's last word.
  void Complete(const PredictCall& call, absl::StatusOr<PredictReply> reply)
      EXCLUDES(mutex_);

  // Counts a task and runs it on an executor. A task counts its successors
  // before it ends, so a count of 0 means that every call is in the queue or
  // done.
  void RunTask(Executor& executor, std::function<void()> task) EXCLUDES(mutex_);
  void RunCountedTask(Executor& executor, std::function<void()> task)
      EXCLUDES(mutex_);
  void EndTask() EXCLUDES(mutex_);

  // On encode: goes on with the model, or sends the call to load.
  void Begin(const CallPtr& call);
  // On load.
  void LoadModel(const CallPtr& call);
  void Encode(const CallPtr& call, std::shared_ptr<const LiveModel> model);
  void EncodeNextChunk(const CallPtr& call);
  void Enqueue(const CallPtr& call);
  void Finish(PredictCall& call);
  // For a call whose texts are read, and for one whose texts are not.
  void Fail(const PredictCall& call, absl::Status status);
  void FailUnread(const PredictCall& call, absl::Status status);
  // Until the queue has nothing for the model any more.
  void RunLoop(QueueItem first);
  void RunBatch(std::vector<QueueItem> batch);

  const PredictorOptions options_;
  ModelRegistry& registry_;
  const PredictorExecutors executors_;
  const Clock& clock_;
  PredictObserver* const observer_;
  BatchingQueue queue_;
  StepCrew crew_;

  Mutex mutex_;
  CondVar changed_;
  bool stopping_ GUARDED_BY(mutex_) = false;
  std::size_t tasks_ GUARDED_BY(mutex_) = 0;
  // Of the calls between Admit and EndReading, and between Admit and Complete.
  std::size_t unread_texts_ GUARDED_BY(mutex_) = 0;
  std::size_t held_bytes_ GUARDED_BY(mutex_) = 0;

  Mutex stop_mutex_;  // one Stop at a time; taken before mutex_
  std::vector<std::thread> threads_ GUARDED_BY(stop_mutex_);
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_SERVE_PREDICTOR_H_
