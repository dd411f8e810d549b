#include "core/serve/stream_predictor.h"

#include <new>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/seconds.h"
#include "core/base/status_macros.h"
#include "core/serve/refusals.h"

namespace carousel {

StreamPredictor::StreamPredictor(const StreamPredictorOptions& options,
                                 ModelRegistry& registry,
                                 const StreamExecutors& executors,
                                 const Clock& clock, PredictObserver* observer)
    : options_(options),
      registry_(registry),
      executors_(executors),
      clock_(clock),
      observer_(observer) {}

absl::StatusOr<std::unique_ptr<PredictStream>> StreamPredictor::Open(
    StreamRequest request) {
  {
    MutexLock lock(mutex_);
    if (open_ >= options_.max_streams) {
      return QueueFullError(
          absl::StrCat(open_, " texts are streamed at the moment; at most ",
                       options_.max_streams, " can be"));
    }
    ++open_;
  }
  return std::unique_ptr<PredictStream>(
      new PredictStream(*this, std::move(request)));
}

void StreamPredictor::OnStreamGone() {
  MutexLock lock(mutex_);
  --open_;
}

PredictStream::PredictStream(StreamPredictor& predictor, StreamRequest request)
    : predictor_(predictor),
      request_(std::move(request)),
      began_(predictor.clock_.SteadyNow()) {}

PredictStream::~PredictStream() { predictor_.OnStreamGone(); }

absl::Status PredictStream::CheckWanted() const {
  if (predictor_.clock_.SteadyNow() >= request_.deadline) {
    return absl::DeadlineExceededError(
        "the deadline passed before the text was over");
  }
  if (request_.cancelled != nullptr && request_.cancelled()) {
    return absl::CancelledError("the caller went away");
  }
  return absl::OkStatus();
}

void PredictStream::Begin(Done done) {
  predictor_.executors_.read.Run(
      [this, done = std::move(done)] { FindModel(done); });
}

void PredictStream::FindModel(const Done& done) {
  if (absl::Status status = CheckWanted(); !status.ok()) {
    return done(std::move(status));
  }
  auto model = predictor_.registry_.GetLoaded(request_.model);
  if (model.has_value()) return Open(*std::move(model), done);
  predictor_.executors_.load.Run([this, done] { LoadModel(done); });
}

void PredictStream::LoadModel(const Done& done) {
  if (absl::Status status = CheckWanted(); !status.ok()) {
    return done(std::move(status));
  }
  Open(predictor_.registry_.Get(request_.model), done);
}

void PredictStream::Open(absl::StatusOr<std::shared_ptr<const LiveModel>> model,
                         const Done& done) {
  if (!model.ok()) return done(std::move(model).status());
  auto text = TextStream::Create(*std::move(model), predictor_.clock_);
  if (!text.ok()) return done(std::move(text).status());
  text_ = *std::move(text);
  model_time_ = predictor_.clock_.SteadyNow() - began_;
  done(text_->Answer());
}

void PredictStream::Read(std::string chunk, Done done) {
  predictor_.executors_.read.Run(
      [this, chunk = std::move(chunk), done = std::move(done)]() mutable {
        absl::Status status = text_->Add(std::move(chunk));
        if (!status.ok()) return done(std::move(status));
        Work(done);
      });
}

void PredictStream::End(Done done) {
  predictor_.executors_.read.Run([this, done = std::move(done)] {
    text_->End();
    Work(done);
  });
}

void PredictStream::Work(const Done& done) {
  const absl::StatusOr<bool> more = Step();
  if (!more.ok()) return done(more.status());
  if (*more) {
    return predictor_.executors_.read.Run([this, done] { Work(done); });
  }
  absl::StatusOr<RunningAnswer> answer = text_->Answer();
  if (answer.ok()) probability_ = answer->probability;
  done(std::move(answer));
}

absl::StatusOr<bool> PredictStream::Step() {
  RETURN_IF_ERROR(CheckWanted());
  try {
    return text_->Step();
  } catch (const std::bad_alloc&) {
    return absl::ResourceExhaustedError("memory ran out over a text");
  }
}

void PredictStream::Close(const absl::Status& status) {
  if (predictor_.observer_ == nullptr || text_ == nullptr) return;
  PredictObserver& observer = *predictor_.observer_;
  const std::string& model = text_->model().name();
  observer.OnTokenized(model, text_->tokens(), text_->unknown_tokens(),
                       Seconds(text_->tokenize_time()));
  if (status.ok() && probability_.has_value()) {
    observer.OnAnswer(model, *probability_);
  } else {
    observer.OnAnswer(model, status);
  }
}

PredictStream::Times PredictStream::times() const {
  if (text_ == nullptr) return {.model = model_time_};
  return {.model = model_time_,
          .tokenize = text_->tokenize_time(),
          .forward = text_->forward_time()};
}

}  // namespace carousel
