// carousel.v1.ServerService over core.
#ifndef CAROUSEL_SERVER_SERVER_SERVICE_H_
#define CAROUSEL_SERVER_SERVER_SERVICE_H_

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "carousel/v1/server.grpc.pb.h"
#include "core/serve/model_registry.h"
#include "core/serve/predictor.h"
#include "core/store/job_store.h"
#include "server/authorizer.h"
#include "server/unary_call.h"

namespace carousel {

class ServerService final : public v1::ServerService::CallbackService {
 public:
  // `fixed` is what does not change while the server runs. Nothing is owned.
  ServerService(const Authorizer& authorizer, v1::ServerInfo fixed,
                const JobStore& jobs, const ModelRegistry& registry,
                const Predictor& predictor, const UnaryRunner& unary)
      : authorizer_(authorizer),
        fixed_(std::move(fixed)),
        jobs_(jobs),
        registry_(registry),
        predictor_(predictor),
        unary_(unary) {}

  grpc::ServerUnaryReactor* GetServerInfo(
      grpc::CallbackServerContext* context,
      const v1::GetServerInfoRequest* request,
      v1::GetServerInfoResponse* response) override;

 private:
  absl::StatusOr<v1::ServerInfo> Describe() const;

  const Authorizer& authorizer_;
  const v1::ServerInfo fixed_;
  const JobStore& jobs_;
  const ModelRegistry& registry_;
  const Predictor& predictor_;
  const UnaryRunner& unary_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_SERVER_SERVICE_H_
