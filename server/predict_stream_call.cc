#include "server/predict_stream_call.h"

#include <utility>

#include "core/base/status_macros.h"
#include "server/call_context.h"
#include "server/sentiment_translation.h"

namespace carousel {
namespace {

absl::Status NoStartError() {
  return absl::InvalidArgumentError(
      "the first message of a stream must be its start");
}

}  // namespace

PredictStreamCall::PredictStreamCall(const absl::Status& admitted,
                                     grpc::CallbackServerContext& context,
                                     StreamPredictor& predictor)
    : context_(context),
      predictor_(predictor),
      log_context_(LogContextOf(OriginOf(context))),
      end_(context) {
  if (admitted.ok()) {
    StartRead(&request_);
  } else {
    End(admitted);
  }
}

void PredictStreamCall::OnReadDone(bool ok) {
  const ScopedLogContext scope(log_context_);
  if (ok) {
    if (absl::Status status = Take(); !status.ok()) End(std::move(status));
    return;
  }
  // The text is over, or its client is gone; which of the two is known for sure
  // when the answer cannot be written.
  if (stream_ == nullptr) return End(NoStartError());
  text_is_over_ = true;
  stream_->End([this](absl::StatusOr<RunningAnswer> answer) {
    Answer(std::move(answer));
  });
}

absl::Status PredictStreamCall::Take() {
  if (request_.part_case() == v1::PredictStreamRequest::kStart) {
    return TakeStart();
  }
  if (stream_ == nullptr) return NoStartError();
  if (request_.part_case() != v1::PredictStreamRequest::kChunk) {
    return absl::InvalidArgumentError("a message of the stream is empty");
  }
  stream_->Read(std::move(*request_.mutable_chunk()),
                [this](absl::StatusOr<RunningAnswer> answer) {
                  Answer(std::move(answer));
                });
  return absl::OkStatus();
}

absl::Status PredictStreamCall::TakeStart() {
  if (stream_ != nullptr) {
    return absl::InvalidArgumentError("the stream has a second start");
  }
  ASSIGN_OR_RETURN(
      StreamRequest start,
      FromProto(request_.start(), context_.deadline(), stop_.get_token()));
  ASSIGN_OR_RETURN(stream_, predictor_.Open(std::move(start)));
  stream_->Begin([this](const absl::StatusOr<RunningAnswer>& answer) {
    if (!answer.ok()) return End(answer.status());
    StartRead(&request_);
  });
  return absl::OkStatus();
}

void PredictStreamCall::Answer(absl::StatusOr<RunningAnswer> answer) {
  if (!answer.ok()) return End(std::move(answer).status());
  response_.Clear();
  ToProto(*answer, response_);
  response_.set_is_final(text_is_over_);
  StartWrite(&response_);
}

void PredictStreamCall::OnWriteDone(bool ok) {
  if (!ok) return End(absl::CancelledError("the caller left"));
  if (text_is_over_) return End(absl::OkStatus());
  StartRead(&request_);
}

void PredictStreamCall::End(absl::Status status) {
  if (!status.ok() && (stop_.stop_requested() || context_.IsCancelled())) {
    status = absl::CancelledError("the caller left");
  }
  if (stream_ != nullptr) {
    stream_->Close(status);
    const PredictStream::Times times = stream_->times();
    end_.timing().Add("model", times.model);
    end_.timing().Add("tokenize", times.tokenize);
    end_.timing().Add("forward", times.forward);
    stream_ = nullptr;
  }
  Finish(end_.Conclude(status));
}

}  // namespace carousel
