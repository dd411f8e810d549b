// Predictions, evaluations and projections between core and the protos.
#ifndef CAROUSEL_SERVER_SENTIMENT_TRANSLATION_H_
#define CAROUSEL_SERVER_SENTIMENT_TRANSLATION_H_

#include <chrono>
#include <stop_token>

#include "absl/status/statusor.h"
#include "carousel/v1/sentiment.pb.h"
#include "core/serve/predictor.h"
#include "core/serve/stream_predictor.h"
#include "core/serve/text_stream.h"
#include "server/evaluation.h"
#include "server/word_projection.h"

namespace carousel {

// `deadline` is the call's, on the calendar's clock; `stop` is asked to stop
// when the caller goes away.
absl::StatusOr<PredictRequest> FromProto(
    const v1::PredictRequest& request,
    std::chrono::system_clock::time_point deadline, std::stop_token stop);
void ToProto(const PredictReply& reply, v1::PredictResponse& response);

// The same of a stream.
absl::StatusOr<StreamRequest> FromProto(
    const v1::PredictStreamStart& start,
    std::chrono::system_clock::time_point deadline, std::stop_token stop);
// All but is_final.
void ToProto(const RunningAnswer& answer, v1::PredictStreamResponse& response);

absl::StatusOr<EvaluationRequest> FromProto(const v1::EvaluateRequest& request);
v1::Evaluation ToProto(const EvaluationResult& result);

absl::StatusOr<WordProjectionRequest> FromProto(
    const v1::GetEmbeddingProjectionRequest& request);
v1::EmbeddingProjection ToProto(const WordProjectionResult& result);

}  // namespace carousel

#endif  // CAROUSEL_SERVER_SENTIMENT_TRANSLATION_H_
