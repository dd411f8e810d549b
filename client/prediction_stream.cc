#include "client/prediction_stream.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace carousel::client {

PredictionStream::PredictionStream(const Client& client,
                                   const std::string& model,
                                   const CallOptions& options)
    : client_(client),
      context_(client, options),
      call_(client.sentiment_stub().PredictStream(context_.get())) {
  v1::PredictStreamRequest request;
  request.mutable_start()->set_model(model);
  // One that fails means that the call is over; the next read finds out why.
  call_->Write(request);
}

PredictionStream::~PredictionStream() {
  if (call_ == nullptr) return;
  context_.get()->TryCancel();
  call_->Finish();
}

absl::StatusOr<v1::PredictStreamResponse> PredictionStream::Send(
    std::string chunk) {
  v1::PredictStreamRequest request;
  request.set_chunk(std::move(chunk));
  call_->Write(request);
  return Read();
}

absl::StatusOr<v1::PredictStreamResponse> PredictionStream::Finish() {
  call_->WritesDone();
  absl::StatusOr<v1::PredictStreamResponse> last = Read();
  if (!last.ok()) return last;
  const absl::Status status = client_.ToStatus(call_->Finish());
  call_ = nullptr;
  if (!status.ok()) return status;
  return last;
}

absl::StatusOr<v1::PredictStreamResponse> PredictionStream::Read() {
  v1::PredictStreamResponse response;
  if (call_->Read(&response)) return response;
  return End();
}

absl::Status PredictionStream::End() {
  absl::Status status = client_.ToStatus(call_->Finish());
  call_ = nullptr;
  if (!status.ok()) return status;
  return absl::AbortedError(absl::StrCat("the server at ", client_.address(),
                                         " ended the stream early"));
}

}  // namespace carousel::client
