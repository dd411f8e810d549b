#include "core/serve/predictor.h"

#include <algorithm>
#include <new>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/seconds.h"
#include "core/base/status_macros.h"
#include "core/serve/predict_call.h"
#include "core/serve/probability.h"
#include "core/serve/queue_rows.h"
#include "core/serve/refusals.h"

namespace carousel {
namespace {

// Memory that runs out over one text is that text's own error.
absl::StatusOr<EncodedText> EncodeGuarded(const TextEncoder& encoder,
                                          const std::string& text) {
  try {
    return encoder.Encode(text);
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError(
        absl::StrCat("memory ran out over a text of ", text.size(), " bytes"));
  }
}

}  // namespace

Predictor::Predictor(const PredictorOptions& options, ModelRegistry& registry,
                     const PredictorExecutors& executors, const Clock& clock,
                     PredictObserver* observer)
    : options_(options),
      registry_(registry),
      executors_(executors),
      clock_(clock),
      observer_(observer),
      queue_(options.queue, clock),
      crew_(options.threads) {
  for (int i = 0; i < std::max(options_.threads, 1); ++i) {
    threads_.emplace_back([this] {
      while (true) {
        std::optional<QueueItem> first = queue_.Pop();
        if (!first.has_value()) return;
        if (first->model->reads_rows()) {
          RunLoop(*std::move(first));
        } else {
          RunBatch(queue_.FillBatch(*std::move(first)));
        }
      }
    });
  }
}

Predictor::~Predictor() { Stop(); }

void Predictor::Stop() {
  MutexLock stop_lock(stop_mutex_);
  {
    MutexLock lock(mutex_);
    stopping_ = true;
    while (tasks_ > 0) changed_.Wait(mutex_);
  }
  queue_.Close();
  for (std::thread& thread : threads_) thread.join();
  threads_.clear();
}

absl::Status Predictor::CheckLimits(const PredictRequest& request) const {
  FieldViolations violations;
  const std::size_t texts = request.texts.size();
  // What the queue could never hold is no matter of trying again.
  const std::size_t most = std::min(options_.max_texts, queue_.capacity());
  if (texts == 0 || texts > most) {
    violations.Add("texts", absl::StrCat("texts has ", texts,
                                         " entries; it must have 1 to ", most));
  }
  const std::size_t bytes = TotalBytes(request.texts);
  if (bytes > options_.max_bytes) {
    violations.Add("texts", absl::StrCat("texts has ", bytes,
                                         " bytes; it must have at most ",
                                         options_.max_bytes));
  }
  return violations.ToStatus();
}

absl::Status Predictor::Admit(const PredictCall& call) {
  MutexLock lock(mutex_);
  if (stopping_) return DrainingError();
  if (unread_texts_ + call.count > options_.queue.capacity ||
      held_bytes_ + call.bytes > options_.max_held_bytes) {
    return QueueFullError(absl::StrCat(
        call.count, " texts of ", call.bytes,
        " bytes cannot be taken yet: ", unread_texts_, " of at most ",
        options_.queue.capacity, " texts wait to be read, and ", held_bytes_,
        " of at most ", options_.max_held_bytes, " bytes to be answered"));
  }
  unread_texts_ += call.count;
  held_bytes_ += call.bytes;
  ++tasks_;
  return absl::OkStatus();
}

void Predictor::EndReading(const PredictCall& call) {
  MutexLock lock(mutex_);
  unread_texts_ -= call.count;
}

void Predictor::Complete(const PredictCall& call,
                         absl::StatusOr<PredictReply> reply) {
  {
    MutexLock lock(mutex_);
    held_bytes_ -= call.bytes;
  }
  call.done(std::move(reply));
}

void Predictor::RunTask(Executor& executor, std::function<void()> task) {
  {
    MutexLock lock(mutex_);
    ++tasks_;
  }
  RunCountedTask(executor, std::move(task));
}

void Predictor::RunCountedTask(Executor& executor, std::function<void()> task) {
  executor.Run([this, task = std::move(task)]() mutable {
    task();
    // What the task holds is let go while this predictor still lives.
    task = nullptr;
    EndTask();
  });
}

void Predictor::EndTask() {
  MutexLock lock(mutex_);
  --tasks_;
  // With the lock held: Stop, and the end of this predictor, wait for it.
  if (tasks_ == 0) changed_.NotifyAll();
}

void Predictor::Predict(PredictRequest request, Done done) {
  if (absl::Status status = CheckLimits(request); !status.ok()) {
    done(std::move(status));
    return;
  }
  const auto call = std::make_shared<PredictCall>(
      std::move(request), std::move(done), clock_.SteadyNow());
  if (absl::Status status = Admit(*call); !status.ok()) {
    call->done(std::move(status));
    return;
  }
  RunCountedTask(executors_.encode, [this, call] { Begin(call); });
}

void Predictor::Begin(const CallPtr& call) {
  if (absl::Status status = call->CheckWanted(clock_); !status.ok()) {
    return FailUnread(*call, std::move(status));
  }
  auto model = registry_.GetLoaded(call->request.model);
  if (!model.has_value()) {
    return RunTask(executors_.load, [this, call] { LoadModel(call); });
  }
  if (!model->ok()) return FailUnread(*call, std::move(*model).status());
  Encode(call, **std::move(model));
}

void Predictor::LoadModel(const CallPtr& call) {
  if (absl::Status status = call->CheckWanted(clock_); !status.ok()) {
    return FailUnread(*call, std::move(status));
  }
  auto model = registry_.Get(call->request.model);
  if (!model.ok()) return FailUnread(*call, std::move(model).status());
  RunTask(executors_.encode, [this, call, model = *std::move(model)]() mutable {
    Encode(call, std::move(model));
  });
}

void Predictor::Encode(const CallPtr& call,
                       std::shared_ptr<const LiveModel> model) {
  call->StartEncoding(std::move(model), clock_.SteadyNow());
  const std::size_t tasks =
      std::min(options_.encode_parallelism, call->chunks.size());
  for (std::size_t i = 1; i < tasks; ++i) {
    RunTask(executors_.encode, [this, call] { EncodeNextChunk(call); });
  }
  EncodeNextChunk(call);
}

void Predictor::EncodeNextChunk(const CallPtr& call) {
  const std::size_t index = call->next_chunk.fetch_add(1);
  if (index >= call->chunks.size()) return;
  const TextChunk chunk = call->chunks[index];
  // What nobody wants any more is not read: Enqueue finds that out again.
  if (call->CheckWanted(clock_).ok()) {
    const TextEncoder& encoder = call->model->encoder();
    for (std::size_t i = chunk.begin; i < chunk.end; ++i) {
      call->encoded[i] = EncodeGuarded(encoder, call->request.texts[i]);
    }
  }
  if (call->chunks_left.fetch_sub(1) == 1) {
    Enqueue(call);
  } else if (call->next_chunk.load() < call->chunks.size()) {
    RunTask(executors_.encode, [this, call] { EncodeNextChunk(call); });
  }
}

void Predictor::Enqueue(const CallPtr& call) {
  EndReading(*call);
  if (absl::Status status = call->CheckWanted(clock_); !status.ok()) {
    return Fail(*call, std::move(status));
  }
  call->request.texts = {};
  std::int64_t tokens = 0;
  std::int64_t unknown = 0;
  std::vector<QueueItem> items;
  for (std::size_t i = 0; i < call->count; ++i) {
    absl::StatusOr<EncodedText>& text = call->encoded[i];
    if (!text.ok()) {
      call->answers[i] = std::move(text).status();
      continue;
    }
    tokens += text->token_count;
    unknown += text->unknown_count;
    items.push_back({.model = call->model,
                     .text = *std::move(text),
                     .deadline = call->request.deadline,
                     .cancelled = call->request.cancelled,
                     .done =
                         [this, call, i](absl::StatusOr<double> answer) {
                           call->answers[i] = std::move(answer);
                           if (call->answers_left.fetch_sub(1) == 1) {
                             Finish(*call);
                           }
                         },
                     .first_batch = &call->first_batch});
  }
  call->encoded = {};
  call->encode_ended = clock_.SteadyNow();
  if (observer_ != nullptr) {
    observer_->OnTokenized(call->model->name(), tokens, unknown,
                           Seconds(call->encode_ended - call->encode_started));
  }
  if (items.empty()) return Finish(*call);
  // Of one urgency the longest go first, so that the loops end together.
  std::stable_sort(items.begin(), items.end(),
                   [](const QueueItem& a, const QueueItem& b) {
                     return a.length() > b.length();
                   });
  call->answers_left = items.size();
  absl::Status status = queue_.Push(std::move(items));
  if (!status.ok()) Fail(*call, std::move(status));
}

void Predictor::RunLoop(QueueItem first) {
  QueueRows rows(std::move(first), queue_, clock_, observer_);
  const absl::Status status = rows.model().ReadRows(
      std::max<std::int64_t>(1, options_.queue.batch.rows), rows, &crew_);
  if (!status.ok()) rows.Fail(status);
}

void Predictor::RunBatch(std::vector<QueueItem> batch) {
  const SteadyTime started = clock_.SteadyNow();
  std::vector<EncodedText> texts;
  texts.reserve(batch.size());
  for (QueueItem& item : batch) {
    texts.push_back(std::move(item.text));
    if (item.first_batch != nullptr) item.first_batch->Set(started);
    if (observer_ != nullptr) {
      observer_->OnQueueWait(Seconds(started - item.enqueued_at));
    }
  }
  const LiveModel& model = *batch.front().model;
  absl::StatusOr<std::vector<double>> answers = model.Predict(texts);
  if (answers.ok() && answers->size() != batch.size()) {
    answers = absl::InternalError(absl::StrCat("the model gave ",
                                               answers->size(), " answers to ",
                                               batch.size(), " texts"));
  }
  if (observer_ != nullptr) {
    observer_->OnBatch(batch.size(), Seconds(clock_.SteadyNow() - started));
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    batch[i].done(answers.ok()
                      ? CheckProbability((*answers)[i])
                      : WithContext(answers.status(), NameWithVersion(model)));
  }
}

void Predictor::Finish(PredictCall& call) {
  if (absl::Status status = call.CheckWanted(clock_); !status.ok()) {
    return Fail(call, std::move(status));
  }
  // What is no text's own fault must not pass for an answer to it.
  for (absl::StatusOr<double>& answer : call.answers) {
    if (answer.ok() || absl::IsInvalidArgument(answer.status())) continue;
    return Fail(call, std::move(answer).status());
  }
  if (observer_ != nullptr) {
    for (const absl::StatusOr<double>& answer : call.answers) {
      observer_->OnAnswer(call.model->name(), answer);
    }
  }
  Complete(call, call.TakeReply(clock_.SteadyNow()));
}

void Predictor::Fail(const PredictCall& call, absl::Status status) {
  if (observer_ != nullptr && call.model != nullptr) {
    const absl::StatusOr<double> answer = status;
    for (std::size_t i = 0; i < call.count; ++i) {
      observer_->OnAnswer(call.model->name(), answer);
    }
  }
  Complete(call, std::move(status));
}

void Predictor::FailUnread(const PredictCall& call, absl::Status status) {
  EndReading(call);
  Fail(call, std::move(status));
}

}  // namespace carousel
