#include "server/model_service.h"

#include <stop_token>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "core/base/status_macros.h"
#include "server/field_checks.h"
#include "server/model_description.h"
#include "server/model_translation.h"
#include "server/upload_call.h"
#include "server/upload_parts.h"

namespace carousel {

v1::ModelVersion ModelService::Describe(
    const ModelVersionRecord& record) const {
  return ToProto(record, registry_.Describe(record.model, record.version));
}

absl::StatusOr<v1::ModelVersion> ModelService::Describe(
    const ModelReference& reference) const {
  ASSIGN_OR_RETURN(const ModelVersionRecord record, models_.Resolve(reference));
  return Describe(record);
}

grpc::ServerUnaryReactor* ModelService::ListModels(
    grpc::CallbackServerContext* context, const v1::ListModelsRequest* request,
    v1::ListModelsResponse* response) {
  return unary_.Run(
      authorizer_.Authorize(*context, Role::kPredict), *context,
      [=, this](const std::stop_token&) -> absl::Status {
        ASSIGN_OR_RETURN(const ModelListRequest list, FromProto(*request));
        ASSIGN_OR_RETURN(const auto page, models_.List(list.model, list.page));
        for (const ModelVersionRecord& record : page.records) {
          *response->add_versions() = Describe(record);
        }
        response->set_next_page_token(page.next_page_token);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ModelService::GetModel(
    grpc::CallbackServerContext* context, const v1::GetModelRequest* request,
    v1::GetModelResponse* response) {
  return unary_.Run(
      authorizer_.Authorize(*context, Role::kPredict), *context,
      [=, this](const std::stop_token&) -> absl::Status {
        ASSIGN_OR_RETURN(const auto reference, ParseModel(request->model()));
        ASSIGN_OR_RETURN(const auto record, models_.Resolve(reference));
        *response->mutable_version() = Describe(record);
        return DescribeModel(record, environment_.folder, jobs_, *response);
      });
}

grpc::ServerUnaryReactor* ModelService::PromoteModel(
    grpc::CallbackServerContext* context,
    const v1::PromoteModelRequest* request,
    v1::PromoteModelResponse* response) {
  return changes_.Run(
      authorizer_.Authorize(*context, Role::kAdmin), *context,
      [=, this](const std::stop_token&) -> absl::Status {
        ASSIGN_OR_RETURN(const PromoteRequest promote, FromProto(*request));
        ASSIGN_OR_RETURN(const auto record,
                         registry_.Promote(promote.model, promote.label));
        *response->mutable_version() = Describe(record);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ModelService::LoadModel(
    grpc::CallbackServerContext* context, const v1::LoadModelRequest* request,
    v1::LoadModelResponse* response) {
  return changes_.Run(
      authorizer_.Authorize(*context, Role::kAdmin), *context,
      [=, this](const std::stop_token&) -> absl::Status {
        ASSIGN_OR_RETURN(const auto reference, ParseModel(request->model()));
        RETURN_IF_ERROR(registry_.Load(reference));
        ASSIGN_OR_RETURN(*response->mutable_version(), Describe(reference));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ModelService::UnloadModel(
    grpc::CallbackServerContext* context, const v1::UnloadModelRequest* request,
    v1::UnloadModelResponse* response) {
  return changes_.Run(
      authorizer_.Authorize(*context, Role::kAdmin), *context,
      [=, this](const std::stop_token&) -> absl::Status {
        ASSIGN_OR_RETURN(const auto reference, ParseModel(request->model()));
        RETURN_IF_ERROR(registry_.Unload(reference));
        ASSIGN_OR_RETURN(*response->mutable_version(), Describe(reference));
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* ModelService::DeleteModel(
    grpc::CallbackServerContext* context, const v1::DeleteModelRequest* request,
    v1::DeleteModelResponse* response) {
  return changes_.Run(
      authorizer_.Authorize(*context, Role::kAdmin), *context,
      [=, this](const std::stop_token&) -> absl::Status {
        ASSIGN_OR_RETURN(const DeleteRequest asked, FromProto(*request));
        return asked.all_versions ? registry_.DeleteAll(asked.model.name)
                                  : registry_.Delete(asked.model);
      });
}

absl::StatusOr<ModelExport> ModelService::PrepareExport(
    const v1::ExportModelRequest& request, const std::stop_token& stop) const {
  ASSIGN_OR_RETURN(const ExportRequest asked, FromProto(request));
  ASSIGN_OR_RETURN(const auto record, models_.Resolve(asked.model));
  ModelExport result;
  result.version = Describe(record);
  ASSIGN_OR_RETURN(const std::filesystem::path folder,
                   models_.VerifiedFolder(record.model, record.version, stop));
  ASSIGN_OR_RETURN(
      result.content,
      CollectExportFiles(folder, asked.format, environment_.folder, stop));
  return result;
}

grpc::ServerWriteReactor<v1::ExportModelResponse>* ModelService::ExportModel(
    grpc::CallbackServerContext* context,
    const v1::ExportModelRequest* request) {
  absl::Status admitted = authorizer_.Authorize(*context, Role::kPredict);
  admitted.Update(gate_.Admit());
  return new ExportCall(
      admitted, *context, environment_.imports,
      [this, request = *request](const std::stop_token& stop) {
        return PrepareExport(request, stop);
      });
}

grpc::ServerReadReactor<v1::ImportModelRequest>* ModelService::ImportModel(
    grpc::CallbackServerContext* context, v1::ImportModelResponse* response) {
  absl::Status admitted = authorizer_.Authorize(*context, Role::kTrain);
  admitted.Update(gate_.Admit());
  return new UploadCall<ModelParts>(
      admitted, *context, environment_,
      [=, this](const ModelParts& parts,
                const std::stop_token& stop) -> absl::Status {
        ASSIGN_OR_RETURN(
            const auto record,
            import_.Publish(parts.model(), parts.upload().folder(), stop));
        *response->mutable_version() = Describe(record);
        return absl::OkStatus();
      });
}

}  // namespace carousel
