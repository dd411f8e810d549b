#include "server/analysis_service.h"

#include <stop_token>

#include "absl/status/status.h"
#include "core/base/status_macros.h"
#include "server/analysis_translation.h"

namespace carousel {

grpc::ServerUnaryReactor* AnalysisService::GetNeighbours(
    grpc::CallbackServerContext* context,
    const v1::GetNeighboursRequest* request,
    v1::GetNeighboursResponse* response) {
  return heavy_.Run(
      authorizer_.Authorize(*context, Role::kPredict), *context,
      [=, this](const std::stop_token& stop) -> absl::Status {
        ASSIGN_OR_RETURN(const auto neighbours, FromProto(*request));
        ASSIGN_OR_RETURN(const auto result, neighbours_.Run(neighbours, stop));
        *response = ToProto(result);
        return absl::OkStatus();
      });
}

}  // namespace carousel
