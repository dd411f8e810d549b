// The adapters of all services, over one backend.
#ifndef CAROUSEL_SERVER_SERVICES_H_
#define CAROUSEL_SERVER_SERVICES_H_

#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/server_builder.h>

#include <cstdint>
#include <memory>

#include "carousel/v1/server.pb.h"
#include "core/engine/engine.h"
#include "logging/event_log.h"
#include "server/admin_service.h"
#include "server/analysis_service.h"
#include "server/authorizer.h"
#include "server/backend.h"
#include "server/dataset_service.h"
#include "server/drain_gate.h"
#include "server/metrics.h"
#include "server/model_service.h"
#include "server/sentiment_service.h"
#include "server/server_service.h"
#include "server/training_service.h"
#include "server/unary_call.h"

namespace carousel {

struct ServiceSettings {
  v1::ServerInfo info;             // what does not change while the server runs
  Engine engine = Engine::kFused;  // of the workers
  std::int64_t max_upload_bytes = 0;
};

class Services {
 public:
  // Nothing is owned.
  Services(const ServiceSettings& settings, const Authorizer& authorizer,
           Backend& backend, Metrics& metrics, const DrainGate& gate,
           EventLog& log);
  Services(const Services&) = delete;
  Services& operator=(const Services&) = delete;

  void Register(grpc::ServerBuilder& builder);

  // Sets what health says: of the server as a whole and of each service.
  static void SetServing(grpc::HealthCheckServiceInterface& health,
                         bool serving);

 private:
  const UnaryRunner quick_;
  const UnaryRunner heavy_;
  SentimentService sentiment_;
  TrainingService training_;
  ModelService models_;
  DatasetService datasets_;
  ServerService server_;
  AdminService admin_;
  AnalysisService analysis_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_SERVICES_H_
