// carousel.v1.ModelService over core.
#ifndef CAROUSEL_SERVER_MODEL_SERVICE_H_
#define CAROUSEL_SERVER_MODEL_SERVICE_H_

#include <stop_token>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "carousel/v1/models.grpc.pb.h"
#include "core/serve/model_registry.h"
#include "core/store/job_store.h"
#include "core/store/model_store.h"
#include "server/authorizer.h"
#include "server/drain_gate.h"
#include "server/export_call.h"
#include "server/model_import.h"
#include "server/unary_call.h"
#include "server/upload_environment.h"

namespace carousel {

class ModelService final : public v1::ModelService::CallbackService {
 public:
  // Nothing is owned.
  ModelService(const Authorizer& authorizer, ModelRegistry& registry,
               const ModelStore& models, const JobStore& jobs,
               const ModelImport& import, const UploadEnvironment& environment,
               const DrainGate& gate)
      : authorizer_(authorizer),
        registry_(registry),
        models_(models),
        jobs_(jobs),
        import_(import),
        environment_(environment),
        gate_(gate),
        unary_(environment.pieces, gate),
        changes_(environment.imports, gate) {}

  grpc::ServerUnaryReactor* ListModels(
      grpc::CallbackServerContext* context,
      const v1::ListModelsRequest* request,
      v1::ListModelsResponse* response) override;
  grpc::ServerUnaryReactor* GetModel(grpc::CallbackServerContext* context,
                                     const v1::GetModelRequest* request,
                                     v1::GetModelResponse* response) override;
  grpc::ServerUnaryReactor* PromoteModel(
      grpc::CallbackServerContext* context,
      const v1::PromoteModelRequest* request,
      v1::PromoteModelResponse* response) override;
  grpc::ServerUnaryReactor* LoadModel(grpc::CallbackServerContext* context,
                                      const v1::LoadModelRequest* request,
                                      v1::LoadModelResponse* response) override;
  grpc::ServerUnaryReactor* UnloadModel(
      grpc::CallbackServerContext* context,
      const v1::UnloadModelRequest* request,
      v1::UnloadModelResponse* response) override;
  grpc::ServerUnaryReactor* DeleteModel(
      grpc::CallbackServerContext* context,
      const v1::DeleteModelRequest* request,
      v1::DeleteModelResponse* response) override;
  grpc::ServerWriteReactor<v1::ExportModelResponse>* ExportModel(
      grpc::CallbackServerContext* context,
      const v1::ExportModelRequest* request) override;
  grpc::ServerReadReactor<v1::ImportModelRequest>* ImportModel(
      grpc::CallbackServerContext* context,
      v1::ImportModelResponse* response) override;

 private:
  // The version, and what is known of it in memory.
  v1::ModelVersion Describe(const ModelVersionRecord& record) const;
  absl::StatusOr<v1::ModelVersion> Describe(
      const ModelReference& reference) const;
  absl::StatusOr<ModelExport> PrepareExport(
      const v1::ExportModelRequest& request, const std::stop_token& stop) const;

  const Authorizer& authorizer_;
  ModelRegistry& registry_;
  const ModelStore& models_;
  const JobStore& jobs_;
  const ModelImport& import_;
  const UploadEnvironment environment_;
  const DrainGate& gate_;
  const UnaryRunner unary_;
  const UnaryRunner changes_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_MODEL_SERVICE_H_
