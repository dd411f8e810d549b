// carousel.v1.AnalysisService over core.
#ifndef CAROUSEL_SERVER_ANALYSIS_SERVICE_H_
#define CAROUSEL_SERVER_ANALYSIS_SERVICE_H_

#include "carousel/v1/analysis.grpc.pb.h"
#include "server/authorizer.h"
#include "server/unary_call.h"
#include "server/word_neighbours.h"

namespace carousel {

class AnalysisService final : public v1::AnalysisService::CallbackService {
 public:
  // Nothing is owned. `heavy` runs work of seconds.
  AnalysisService(const Authorizer& authorizer, WordNeighbours& neighbours,
                  const UnaryRunner& heavy)
      : authorizer_(authorizer), neighbours_(neighbours), heavy_(heavy) {}

  grpc::ServerUnaryReactor* GetNeighbours(
      grpc::CallbackServerContext* context,
      const v1::GetNeighboursRequest* request,
      v1::GetNeighboursResponse* response) override;

 private:
  const Authorizer& authorizer_;
  WordNeighbours& neighbours_;
  const UnaryRunner& heavy_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_ANALYSIS_SERVICE_H_
