#include "server/model_service.h"

#include <algorithm>
#include <filesystem>
#include <stop_token>
#include <utility>

#include "absl/status/status.h"
#include "core/base/checksums.h"
#include "core/base/status_macros.h"
#include "server/common_translation.h"
#include "server/field_checks.h"
#include "server/model_translation.h"

namespace carousel {
namespace {

// The texts of a version's folder (core/nn/model_folder.h).
constexpr char kConfigName[] = "config.json";
constexpr char kMetricsName[] = "metrics.json";
constexpr char kProvenanceName[] = "provenance.json";

}  // namespace

v1::ModelVersion ModelService::Describe(
    const ModelVersionRecord& record) const {
  const std::vector<LoadedVersion> loaded = registry_.Loaded();
  const bool is_loaded = std::any_of(loaded.begin(), loaded.end(),
                                     [&](const LoadedVersion& version) {
                                       return version.model == record.model &&
                                              version.version == record.version;
                                     });
  return ToProto(record, is_loaded);
}

absl::StatusOr<v1::ModelVersion> ModelService::Describe(
    const ModelReference& reference) const {
  ASSIGN_OR_RETURN(const ModelVersionRecord record, models_.Resolve(reference));
  return Describe(record);
}

absl::Status ModelService::DescribeFully(const ModelVersionRecord& record,
                                         v1::GetModelResponse& response) const {
  const std::filesystem::path folder =
      folder_.model_version(record.model, record.version);
  const auto read = [&folder](const char* name) -> absl::StatusOr<std::string> {
    ASSIGN_OR_RETURN(const std::string text, ReadVerifiedFile(folder, name));
    return EscapeUnlessUtf8(text);
  };
  *response.mutable_version() = Describe(record);
  ASSIGN_OR_RETURN(*response.mutable_config(), read(kConfigName));
  ASSIGN_OR_RETURN(*response.mutable_metrics(), read(kMetricsName));
  ASSIGN_OR_RETURN(*response.mutable_provenance(), read(kProvenanceName));
  return absl::OkStatus();
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
        return DescribeFully(record, *response);
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
  return changes_.Run(authorizer_.Authorize(*context, Role::kAdmin), *context,
                      [=, this](const std::stop_token&) -> absl::Status {
                        ASSIGN_OR_RETURN(const auto reference,
                                         FromProto(*request));
                        return registry_.Delete(reference);
                      });
}

absl::StatusOr<ModelExport> ModelService::PrepareExport(
    const v1::ExportModelRequest& request, const std::stop_token& stop) const {
  ASSIGN_OR_RETURN(const auto reference, FromProto(request));
  ASSIGN_OR_RETURN(const auto record, models_.Resolve(reference));
  ModelExport content;
  content.version = Describe(record);
  ASSIGN_OR_RETURN(content.folder,
                   models_.VerifiedFolder(record.model, record.version, stop));
  ASSIGN_OR_RETURN(content.files, ReadExportFiles(content.folder));
  return content;
}

grpc::ServerWriteReactor<v1::ExportModelResponse>* ModelService::ExportModel(
    grpc::CallbackServerContext* context,
    const v1::ExportModelRequest* request) {
  absl::Status admitted = authorizer_.Authorize(*context, Role::kPredict);
  admitted.Update(gate_.Admit());
  return new ExportCall(
      admitted, *context, exports_,
      [this, request = *request](const std::stop_token& stop) {
        return PrepareExport(request, stop);
      });
}

}  // namespace carousel
