// Model versions between core and the protos.
#ifndef CAROUSEL_SERVER_MODEL_TRANSLATION_H_
#define CAROUSEL_SERVER_MODEL_TRANSLATION_H_

#include <string>

#include "absl/status/statusor.h"
#include "carousel/v1/models.pb.h"
#include "core/base/names.h"
#include "core/serve/loaded_versions.h"
#include "core/store/records.h"
#include "server/model_export.h"

namespace carousel {

v1::ModelVersion ToProto(const ModelVersionRecord& record,
                         const VersionUse& use);

struct ModelListRequest {
  std::string model;  // "": all
  PageRequest page;
};
absl::StatusOr<ModelListRequest> FromProto(
    const v1::ListModelsRequest& request);

struct ExportRequest {
  ModelReference model;
  ExportFormat format = ExportFormat::kSafetensors;
};
absl::StatusOr<ExportRequest> FromProto(const v1::ExportModelRequest& request);

struct PromoteRequest {
  ModelReference model;
  std::string label;
};
absl::StatusOr<PromoteRequest> FromProto(
    const v1::PromoteModelRequest& request);

struct DeleteRequest {
  ModelReference model;
  bool all_versions = false;
};
// Deleting takes "name@version" alone: a label may have moved since it was
// looked up. All versions are asked for by the name alone.
absl::StatusOr<DeleteRequest> FromProto(const v1::DeleteModelRequest& request);

}  // namespace carousel

#endif  // CAROUSEL_SERVER_MODEL_TRANSLATION_H_
