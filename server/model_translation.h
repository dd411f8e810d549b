// Model versions between core and the protos.
#ifndef CAROUSEL_SERVER_MODEL_TRANSLATION_H_
#define CAROUSEL_SERVER_MODEL_TRANSLATION_H_

#include <string>

#include "absl/status/statusor.h"
#include "carousel/v1/models.pb.h"
#include "core/base/names.h"
#include "core/store/records.h"

namespace carousel {

v1::ModelVersion ToProto(const ModelVersionRecord& record, bool loaded);

struct ModelListRequest {
  std::string model;  // "": all
  PageRequest page;
};
absl::StatusOr<ModelListRequest> FromProto(
    const v1::ListModelsRequest& request);

// "safetensors" is the one format there is.
absl::StatusOr<ModelReference> FromProto(const v1::ExportModelRequest& request);

struct PromoteRequest {
  ModelReference model;
  std::string label;
};
absl::StatusOr<PromoteRequest> FromProto(
    const v1::PromoteModelRequest& request);

// Deleting takes "name@version" alone: a label may have moved since it was
// looked up.
absl::StatusOr<ModelReference> FromProto(const v1::DeleteModelRequest& request);

}  // namespace carousel

#endif  // CAROUSEL_SERVER_MODEL_TRANSLATION_H_
