// Texts that come in chunks: finds their model, and runs their steps on an
// executor, so that a stream whose client is silent holds no thread. Knows no
// torch.
#ifndef CAROUSEL_CORE_SERVE_STREAM_PREDICTOR_H_
#define CAROUSEL_CORE_SERVE_STREAM_PREDICTOR_H_

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/clock.h"
#include "core/base/executor.h"
#include "core/base/mutex.h"
#include "core/base/names.h"
#include "core/serve/model_registry.h"
#include "core/serve/predictor.h"
#include "core/serve/text_stream.h"

namespace carousel {

struct StreamRequest {
  ModelReference model;
  SteadyTime deadline = SteadyTime::max();
  // True once nobody waits for an answer any more; may be null. Called from
  // several threads, until the stream is closed.
  std::function<bool()> cancelled;
};

struct StreamExecutors {
  // Tokenizes and computes, a few milliseconds a task.
  Executor& read;
  // Reads models that are not in memory.
  Executor& load;
};

class StreamPredictor;

// One stream. Its operations are asynchronous, one at a time: `done` is called
// exactly once, on an executor's thread, and the stream may be destroyed in it
// but not before. Between operations it only takes memory.
//
// Each fails for a deadline that passed (DEADLINE_EXCEEDED) and a caller who
// went away (CANCELLED), looked at before every step. After an error only Close
// is left.
class PredictStream {
 public:
  using Done = std::function<void(absl::StatusOr<RunningAnswer> answer)>;

  ~PredictStream();
  PredictStream(const PredictStream&) = delete;
  PredictStream& operator=(const PredictStream&) = delete;

  // First: finds the model, loading it if need be. The answer is the empty
  // text's. NOT_FOUND and DATA_LOSS as ModelRegistry::Get, FAILED_PRECONDITION
  // as CheckCanStream.
  void Begin(Done done);
  // Reads the text's next bytes. INVALID_ARGUMENT as TextStream::Add and Step.
  void Read(std::string chunk, Done done);
  // The text is over: its last answer. INVALID_ARGUMENT as TextStream.
  void End(Done done);

  // Tells the observer what the caller got: the answer of End, or an error.
  // Once, last, and from whichever thread.
  void Close(const absl::Status& status);

  // Where the time went, apart from waiting for the client.
  struct Times {
    TextStream::Duration model{};
    TextStream::Duration tokenize{};
    TextStream::Duration forward{};
  };
  Times times() const;

 private:
  friend class StreamPredictor;
  PredictStream(StreamPredictor& predictor, StreamRequest request);

  absl::Status CheckWanted() const;
  // On read, and on load.
  void FindModel(const Done& done);
  void LoadModel(const Done& done);
  // With what either found.
  void Open(absl::StatusOr<std::shared_ptr<const LiveModel>> model,
            const Done& done);
  // Does a step, and queues again behind other streams when there is more.
  void Work(const Done& done);
  absl::StatusOr<bool> Step();

  StreamPredictor& predictor_;
  const StreamRequest request_;
  const SteadyTime began_;
  TextStream::Duration model_time_{};
  std::unique_ptr<TextStream> text_;   // null until the model is found
  std::optional<double> probability_;  // of the last answer
};

struct StreamPredictorOptions {
  // Open at a time. Each may hold a text of TextEncoder::kMaxTextBytes.
  std::size_t max_streams = 256;
};

// Thread-safe.
class StreamPredictor {
 public:
  // Nothing is owned. All must outlive the streams, as this must. `observer`
  // may be null; it hears of a stream when that is closed.
  StreamPredictor(const StreamPredictorOptions& options,
                  ModelRegistry& registry, const StreamExecutors& executors,
                  const Clock& clock, PredictObserver* observer);

  // RESOURCE_EXHAUSTED, reason QUEUE_FULL, with a retry delay, when too many
  // are open.
  absl::StatusOr<std::unique_ptr<PredictStream>> Open(StreamRequest request)
      EXCLUDES(mutex_);

 private:
  friend class PredictStream;
  void OnStreamGone() EXCLUDES(mutex_);

  const StreamPredictorOptions options_;
  ModelRegistry& registry_;
  const StreamExecutors executors_;
  const Clock& clock_;
  PredictObserver* const observer_;

  Mutex mutex_;
  std::size_t open_ GUARDED_BY(mutex_) = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_SERVE_STREAM_PREDICTOR_H_
