// carousel.v1.ModelService over core.
#ifndef CAROUSEL_SERVER_MODEL_SERVICE_H_
#define CAROUSEL_SERVER_MODEL_SERVICE_H_

#include <stop_token>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "carousel/v1/models.grpc.pb.h"
#include "core/base/executor.h"
#include "core/serve/model_registry.h"
#include "core/store/data_folder.h"
#include "core/store/model_store.h"
#include "server/authorizer.h"
#include "server/drain_gate.h"
#include "server/export_call.h"
#include "server/unary_call.h"

namespace carousel {

// Where its calls run: those that look something up, and those that read or
// remove whole versions. Neither is owned.
struct ModelServiceExecutors {
  Executor& catalogue;
  Executor& files;
};

class ModelService final : public v1::ModelService::CallbackService {
 public:
  // Nothing is owned.
  ModelService(const Authorizer& authorizer, ModelRegistry& registry,
               const ModelStore& models, const DataFolder& folder,
               const ModelServiceExecutors& executors, const DrainGate& gate)
      : authorizer_(authorizer),
        registry_(registry),
        models_(models),
        folder_(folder),
        exports_(executors.files),
        gate_(gate),
        unary_(executors.catalogue, gate),
        changes_(executors.files, gate) {}

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

 private:
  // The version with whether it is in memory.
  v1::ModelVersion Describe(const ModelVersionRecord& record) const;
  absl::StatusOr<v1::ModelVersion> Describe(
      const ModelReference& reference) const;
  // The same with the texts of its folder; DATA_LOSS naming a file that is not
  // what was published.
  absl::Status DescribeFully(const ModelVersionRecord& record,
                             v1::GetModelResponse& response) const;
  absl::StatusOr<ModelExport> PrepareExport(
      const v1::ExportModelRequest& request, const std::stop_token& stop) const;

  const Authorizer& authorizer_;
  ModelRegistry& registry_;
  const ModelStore& models_;
  const DataFolder& folder_;
  Executor& exports_;
  const DrainGate& gate_;
  const UnaryRunner unary_;
  const UnaryRunner changes_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_MODEL_SERVICE_H_
