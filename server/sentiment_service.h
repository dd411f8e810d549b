// carousel.v1.SentimentService over core.
#ifndef CAROUSEL_SERVER_SENTIMENT_SERVICE_H_
#define CAROUSEL_SERVER_SENTIMENT_SERVICE_H_

#include "carousel/v1/sentiment.grpc.pb.h"
#include "core/serve/predictor.h"
#include "core/serve/stream_predictor.h"
#include "server/authorizer.h"
#include "server/drain_gate.h"
#include "server/evaluation.h"
#include "server/predict_metrics.h"
#include "server/unary_call.h"
#include "server/word_projection.h"

namespace carousel {

class SentimentService final : public v1::SentimentService::CallbackService {
 public:
  // Nothing is owned. `heavy` runs work of seconds to minutes.
  SentimentService(const Authorizer& authorizer, Predictor& predictor,
                   StreamPredictor& streams, const Evaluation& evaluation,
                   const WordProjection& projection, PredictMetrics& metrics,
                   const UnaryRunner& heavy, const DrainGate& gate)
      : authorizer_(authorizer),
        predictor_(predictor),
        streams_(streams),
        evaluation_(evaluation),
        projection_(projection),
        metrics_(metrics),
        heavy_(heavy),
        gate_(gate) {}

  grpc::ServerUnaryReactor* Predict(grpc::CallbackServerContext* context,
                                    const v1::PredictRequest* request,
                                    v1::PredictResponse* response) override;
  grpc::ServerBidiReactor<v1::PredictStreamRequest, v1::PredictStreamResponse>*
  PredictStream(grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* Evaluate(grpc::CallbackServerContext* context,
                                     const v1::EvaluateRequest* request,
                                     v1::EvaluateResponse* response) override;
  grpc::ServerUnaryReactor* GetEmbeddingProjection(
      grpc::CallbackServerContext* context,
      const v1::GetEmbeddingProjectionRequest* request,
      v1::GetEmbeddingProjectionResponse* response) override;

 private:
  void BeginPredict(UnaryCall* call, PredictRequest request,
                    v1::PredictResponse* response);

  const Authorizer& authorizer_;
  Predictor& predictor_;
  StreamPredictor& streams_;
  const Evaluation& evaluation_;
  const WordProjection& projection_;
  PredictMetrics& metrics_;
  const UnaryRunner& heavy_;
  const DrainGate& gate_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_SENTIMENT_SERVICE_H_
