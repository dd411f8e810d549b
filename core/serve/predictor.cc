#include "core/serve/predictor.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"
#include "core/serve/predict_call.h"
#include "core/serve/refusals.h"

namespace carousel {
namespace {

double Seconds(std::chrono::steady_clock::duration duration) {
  return std::chrono::duration<double>(duration).count();
}

// `probability` if it is one.
absl::StatusOr<double> CheckProbability(double probability) {
  // False for NaN as well.
  if (probability >= 0 && probability <= 1) return probability;
  return absl::InternalError(absl::StrCat("the model answered ", probability,
                                          "; a probability must be in [0, 1]"));
}

}  // namespace

Predictor::Predictor(const PredictorOptions& options, ModelRegistry& registry,
                     Executor& executor, const Clock& clock,
                     PredictObserver* observer)
    : options_(options),
      registry_(registry),
      executor_(executor),
      clock_(clock),
      observer_(observer),
      queue_(options.queue, clock) {
  for (int i = 0; i < std::max(options_.threads, 1); ++i) {
    threads_.emplace_back([this] {
      while (true) {
        std::vector<QueueItem> batch = queue_.PopBatch();
        if (batch.empty()) return;
        RunBatch(std::move(batch));
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
  if (texts == 0 || texts > options_.max_texts) {
    violations.Add("texts", absl::StrCat("texts has ", texts,
                                         " entries; it must have 1 to ",
                                         options_.max_texts));
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
      unread_bytes_ + call.bytes > options_.max_unread_bytes) {
    return QueueFullError(absl::StrCat(
        call.count, " texts of ", call.bytes,
        " bytes cannot be read yet: ", unread_texts_, " of at most ",
        options_.queue.capacity, " texts and ", unread_bytes_, " of at most ",
        options_.max_unread_bytes, " bytes are before them"));
  }
  unread_texts_ += call.count;
  unread_bytes_ += call.bytes;
  ++tasks_;
  return absl::OkStatus();
}

void Predictor::EndReading(const PredictCall& call) {
  MutexLock lock(mutex_);
  unread_texts_ -= call.count;
  unread_bytes_ -= call.bytes;
}

void Predictor::RunTask(std::function<void()> task) {
  {
    MutexLock lock(mutex_);
    ++tasks_;
  }
  RunCountedTask(std::move(task));
}

void Predictor::RunCountedTask(std::function<void()> task) {
  executor_.Run([this, task = std::move(task)]() mutable {
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
  const auto call =
      std::make_shared<PredictCall>(std::move(request), std::move(done));
  if (absl::Status status = Admit(*call); !status.ok()) {
    call->done(std::move(status));
    return;
  }
  RunCountedTask([this, call] { Begin(call); });
}

absl::StatusOr<std::shared_ptr<const LiveModel>> Predictor::FindModel(
    const PredictCall& call) {
  RETURN_IF_ERROR(call.CheckWanted(clock_));
  return registry_.Get(call.request.model);
}

void Predictor::Begin(const CallPtr& call) {
  absl::StatusOr<std::shared_ptr<const LiveModel>> model = FindModel(*call);
  if (!model.ok()) {
    EndReading(*call);
    return Fail(*call, std::move(model).status());
  }
  call->StartEncoding(*std::move(model), clock_.SteadyNow());
  const std::size_t tasks =
      std::min(options_.encode_parallelism, call->chunks.size());
  for (std::size_t i = 1; i < tasks; ++i) {
    RunTask([this, call] { EncodeNextChunk(call); });
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
      call->encoded[i] = encoder.Encode(call->request.texts[i]);
    }
  }
  if (call->chunks_left.fetch_sub(1) == 1) {
    Enqueue(call);
  } else if (call->next_chunk.load() < call->chunks.size()) {
    RunTask([this, call] { EncodeNextChunk(call); });
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
                     .done = [this, call, i](absl::StatusOr<double> answer) {
                       call->answers[i] = std::move(answer);
                       if (call->answers_left.fetch_sub(1) == 1) Finish(*call);
                     }});
  }
  call->encoded = {};
  if (observer_ != nullptr) {
    observer_->OnTokenized(call->model->name(), tokens, unknown,
                           Seconds(clock_.SteadyNow() - call->encode_started));
  }
  if (items.empty()) return Finish(*call);
  call->answers_left = items.size();
  absl::Status status = queue_.Push(std::move(items));
  if (!status.ok()) Fail(*call, std::move(status));
}

void Predictor::RunBatch(std::vector<QueueItem> batch) {
  const SteadyTime started = clock_.SteadyNow();
  std::vector<EncodedText> texts;
  texts.reserve(batch.size());
  for (QueueItem& item : batch) {
    texts.push_back(std::move(item.text));
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
  const std::string name = absl::StrCat(model.name(), "@", model.version());
  for (std::size_t i = 0; i < batch.size(); ++i) {
    batch[i].done(answers.ok() ? CheckProbability((*answers)[i])
                               : WithContext(answers.status(), name));
  }
}

void Predictor::Finish(PredictCall& call) {
  if (absl::Status status = call.CheckWanted(clock_); !status.ok()) {
    return Fail(call, std::move(status));
  }
  if (observer_ != nullptr) {
    for (const absl::StatusOr<double>& answer : call.answers) {
      observer_->OnAnswer(call.model->name(), answer);
    }
  }
  call.done(call.TakeReply());
}

void Predictor::Fail(const PredictCall& call, absl::Status status) {
  if (observer_ != nullptr && call.model != nullptr) {
    const absl::StatusOr<double> answer = status;
    for (std::size_t i = 0; i < call.count; ++i) {
      observer_->OnAnswer(call.model->name(), answer);
    }
  }
  call.done(std::move(status));
}

}  // namespace carousel
