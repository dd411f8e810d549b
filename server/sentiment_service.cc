#include "server/sentiment_service.h"

#include <chrono>
#include <stop_token>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/status_macros.h"
#include "server/predict_stream_call.h"
#include "server/sentiment_translation.h"

namespace carousel {
namespace {

void AddPhases(const PredictTimes& times, ServerTiming& timing) {
  timing.Add("model", times.model);
  timing.Add("tokenize", times.tokenize);
  timing.Add("queue", times.queue);
  timing.Add("forward", times.forward);
}

}  // namespace

grpc::ServerUnaryReactor* SentimentService::Predict(
    grpc::CallbackServerContext* context, const v1::PredictRequest* request,
    v1::PredictResponse* response) {
  return heavy_.RunAsync(authorizer_.Authorize(*context, Role::kPredict),
                         *context, [&](UnaryCall* call) {
                           auto predict =
                               FromProto(*request, context->deadline(),
                                         call->stop_token());
                           if (!predict.ok()) {
                             return call->Complete(predict.status());
                           }
                           BeginPredict(call, *std::move(predict), response);
                         });
}

void SentimentService::BeginPredict(UnaryCall* call, PredictRequest request,
                                    v1::PredictResponse* response) {
  predictor_.Predict(
      std::move(request),
      [this, call, response](const absl::StatusOr<PredictReply>& reply) {
        if (!reply.ok()) return call->Complete(reply.status());
        const auto began = std::chrono::steady_clock::now();
        ToProto(*reply, *response);
        const auto took = std::chrono::steady_clock::now() - began;
        metrics_.OnReply(std::chrono::duration<double>(took).count());
        AddPhases(reply->times, call->timing());
        call->timing().Add("reply", took);
        call->Complete(absl::OkStatus());
      });
}

grpc::ServerBidiReactor<v1::PredictStreamRequest, v1::PredictStreamResponse>*
SentimentService::PredictStream(grpc::CallbackServerContext* context) {
  absl::Status admitted = authorizer_.Authorize(*context, Role::kPredict);
  admitted.Update(gate_.Admit());
  return new PredictStreamCall(admitted, *context, streams_);
}

grpc::ServerUnaryReactor* SentimentService::Evaluate(
    grpc::CallbackServerContext* context, const v1::EvaluateRequest* request,
    v1::EvaluateResponse* response) {
  return heavy_.Run(
      authorizer_.Authorize(*context, Role::kPredict), *context,
      [=, this](const std::stop_token& stop) -> absl::Status {
        ASSIGN_OR_RETURN(const auto evaluation, FromProto(*request));
        ASSIGN_OR_RETURN(const auto result, evaluation_.Run(evaluation, stop));
        *response->mutable_evaluation() = ToProto(result);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* SentimentService::GetEmbeddingProjection(
    grpc::CallbackServerContext* context,
    const v1::GetEmbeddingProjectionRequest* request,
    v1::GetEmbeddingProjectionResponse* response) {
  return heavy_.Run(
      authorizer_.Authorize(*context, Role::kPredict), *context,
      [=, this](const std::stop_token& stop) -> absl::Status {
        ASSIGN_OR_RETURN(const auto projection, FromProto(*request));
        ASSIGN_OR_RETURN(const auto result, projection_.Run(projection, stop));
        *response->mutable_projection() = ToProto(result);
        return absl::OkStatus();
      });
}

}  // namespace carousel
