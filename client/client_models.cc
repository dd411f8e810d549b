#include <utility>

#include "client/call.h"
#include "client/client.h"
#include "core/base/status_macros.h"

namespace carousel::client {

absl::StatusOr<std::vector<v1::ModelVersion>> Client::ListModels(
    const std::string& model, const CallOptions& options) const {
  v1::ListModelsRequest request;
  request.set_model(model);
  request.set_page_size(kPageSize);
  return FetchAll<v1::ModelVersion>(
      [&](const std::string& token) {
        request.set_page_token(token);
        return Call(*this, *models_,
                    &v1::ModelService::StubInterface::ListModels, request,
                    options);
      },
      [](v1::ListModelsResponse& page) { return page.mutable_versions(); });
}

absl::StatusOr<v1::GetModelResponse> Client::GetModel(
    const std::string& model, const CallOptions& options) const {
  v1::GetModelRequest request;
  request.set_model(model);
  return Call(*this, *models_, &v1::ModelService::StubInterface::GetModel,
              request, options);
}

absl::StatusOr<v1::ModelVersion> Client::PromoteModel(
    const std::string& model, const std::string& label,
    const CallOptions& options) const {
  v1::PromoteModelRequest request;
  request.set_model(model);
  request.set_label(label);
  ASSIGN_OR_RETURN(
      v1::PromoteModelResponse response,
      Call(*this, *models_, &v1::ModelService::StubInterface::PromoteModel,
           request, options));
  return std::move(*response.mutable_version());
}

absl::StatusOr<v1::ModelVersion> Client::LoadModel(
    const std::string& model, const CallOptions& options) const {
  v1::LoadModelRequest request;
  request.set_model(model);
  ASSIGN_OR_RETURN(
      v1::LoadModelResponse response,
      Call(*this, *models_, &v1::ModelService::StubInterface::LoadModel,
           request, options));
  return std::move(*response.mutable_version());
}

absl::StatusOr<v1::ModelVersion> Client::UnloadModel(
    const std::string& model, const CallOptions& options) const {
  v1::UnloadModelRequest request;
  request.set_model(model);
  ASSIGN_OR_RETURN(
      v1::UnloadModelResponse response,
      Call(*this, *models_, &v1::ModelService::StubInterface::UnloadModel,
           request, options));
  return std::move(*response.mutable_version());
}

absl::Status Client::DeleteModel(const std::string& model, bool all_versions,
                                 const CallOptions& options) const {
  v1::DeleteModelRequest request;
  request.set_model(model);
  request.set_all_versions(all_versions);
  return Call(*this, *models_, &v1::ModelService::StubInterface::DeleteModel,
              request, options)
      .status();
}

}  // namespace carousel::client
