#include "server/services.h"

#include <stop_token>
#include <utility>

#include "grpc/health/v1/health.pb.h"

namespace carousel {

Services::Services(const ServiceSettings& settings,
                   const Authorizer& authorizer, Backend& backend,
                   Metrics& metrics, const DrainGate& gate, EventLog& log)
    : quick_(backend.quick(), gate),
      heavy_(backend.heavy(), gate),
      sentiment_(authorizer, backend.predictor(), backend.streams(),
                 backend.evaluation(), backend.projection(), metrics.predict(),
                 heavy_, gate),
      training_(authorizer, settings.engine, backend.runner(), backend.jobs(),
                backend.folder(), backend.quick(), gate, log),
      models_(authorizer, backend.registry(), backend.models(), backend.jobs(),
              backend.model_import(),
              {.pieces = backend.quick(),
               .imports = backend.heavy(),
               .folder = backend.folder(),
               .max_bytes = settings.max_upload_bytes},
              gate),
      datasets_(authorizer, backend.assets(),
                {.pieces = backend.quick(),
                 .imports = backend.heavy(),
                 .folder = backend.folder(),
                 .max_bytes = settings.max_upload_bytes},
                gate),
      server_(authorizer, settings.info, backend.jobs(), backend.registry(),
              backend.predictor(), quick_),
      admin_(
          authorizer,
          [&backend](const std::stop_token& stop) {
            return backend.CreateBackup(stop);
          },
          backend.heavy(), log, quick_, gate),
      analysis_(authorizer, backend.neighbours(), heavy_) {}

void Services::Register(grpc::ServerBuilder& builder) {
  // gRPC serves health without a descriptor; linking ours lets reflection, and
  // so grpcurl, call it by name.
  grpc::health::v1::HealthCheckRequest::descriptor();
  builder.RegisterService(&sentiment_);
  builder.RegisterService(&training_);
  builder.RegisterService(&models_);
  builder.RegisterService(&datasets_);
  builder.RegisterService(&server_);
  builder.RegisterService(&admin_);
  builder.RegisterService(&analysis_);
}

void Services::SetServing(grpc::HealthCheckServiceInterface& health,
                          bool serving) {
  for (const char* name : {v1::SentimentService::service_full_name(),
                           v1::TrainingService::service_full_name(),
                           v1::ModelService::service_full_name(),
                           v1::DatasetService::service_full_name(),
                           v1::ServerService::service_full_name(),
                           v1::AdminService::service_full_name(),
                           v1::AnalysisService::service_full_name()}) {
    health.SetServingStatus(name, serving);
  }
  health.SetServingStatus(serving);
}

}  // namespace carousel
