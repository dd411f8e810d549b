#include "server/upload_parts.h"

#include "core/base/names.h"

namespace carousel {

absl::StatusOr<std::unique_ptr<ModelParts>> ModelParts::Begin(
    const v1::ImportModelHeader& header, const UploadEnvironment& environment) {
  RETURN_IF_ERROR(ValidateName("model", header.model()));
  ASSIGN_OR_RETURN(
      std::unique_ptr<ModelUpload> upload,
      ModelUpload::Create(environment.folder, environment.max_bytes));
  return std::unique_ptr<ModelParts>(
      new ModelParts(header.model(), std::move(upload)));
}

absl::Status ModelParts::Take(const v1::ImportModelRequest& request) {
  if (request.part_case() == v1::ImportModelRequest::kFile) {
    return upload_->Begin(request.file().name(), request.file().sha256());
  }
  return upload_->Append(request.data());
}

}  // namespace carousel
