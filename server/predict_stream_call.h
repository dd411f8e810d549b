// A PredictStream call: a text in chunks, and an answer to each.
#ifndef CAROUSEL_SERVER_PREDICT_STREAM_CALL_H_
#define CAROUSEL_SERVER_PREDICT_STREAM_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <memory>
#include <stop_token>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "carousel/v1/sentiment.pb.h"
#include "core/serve/stream_predictor.h"
#include "logging/log_context.h"
#include "server/call_end.h"

namespace carousel {

// One thing at a time: a chunk is read, its answer is written, and only then
// the next chunk is asked for. So a client that sends faster than it is
// answered, or does not take its answers, is slowed down by gRPC's flow control
// and holds one chunk here. gRPC's threads only pass on; a client that is
// silent holds none. Deletes itself once gRPC is done with it.
class PredictStreamCall final
    : public grpc::ServerBidiReactor<v1::PredictStreamRequest,
                                     v1::PredictStreamResponse> {
 public:
  // Nothing is owned. A call that is not `admitted` ends with that.
  PredictStreamCall(const absl::Status& admitted,
                    grpc::CallbackServerContext& context,
                    StreamPredictor& predictor);

 private:
  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  // What is under way notices before its next step, and a read or write ends.
  void OnCancel() override { stop_.request_stop(); }
  void OnDone() override { delete this; }

  // Does what the message asks for; an error is one of the message itself.
  absl::Status Take();
  absl::Status TakeStart();
  void Answer(absl::StatusOr<RunningAnswer> answer);
  void End(absl::Status status);

  grpc::CallbackServerContext& context_;
  StreamPredictor& predictor_;
  const std::shared_ptr<const LogContext> log_context_;
  CallEnd end_;
  std::stop_source stop_;
  // Below: touched by one task or reaction at a time.
  std::unique_ptr<PredictStream> stream_;  // null before the start
  bool text_is_over_ = false;
  v1::PredictStreamRequest request_;
  v1::PredictStreamResponse response_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_PREDICT_STREAM_CALL_H_
