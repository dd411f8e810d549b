#include "server/model_translation.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "server/common_translation.h"
#include "server/field_checks.h"

namespace carousel {
namespace {

constexpr char kExportFormat[] = "safetensors";

}  // namespace

v1::ModelVersion ToProto(const ModelVersionRecord& record, bool loaded) {
  v1::ModelVersion version;
  version.set_model(record.model);
  version.set_version(record.version);
  version.mutable_labels()->Assign(record.labels.begin(), record.labels.end());
  version.set_loaded(loaded);
  version.set_job(record.job);
  version.set_dataset(record.dataset);
  version.set_vectors(record.vectors);
  if (record.validation_accuracy) {
    version.set_validation_accuracy(*record.validation_accuracy);
  }
  version.set_bytes(record.bytes);
  *version.mutable_created_at() = ToProto(record.created_at);
  return version;
}

absl::StatusOr<ModelListRequest> FromProto(
    const v1::ListModelsRequest& request) {
  FieldViolations violations;
  ModelListRequest list;
  list.model = request.model();
  if (!list.model.empty()) CheckName("model", list.model, violations);
  const auto page = ParsePage(request.page_size(), request.page_token());
  AddViolations("page_size", page.status(), violations);
  RETURN_IF_ERROR(violations.ToStatus());
  list.page = *page;
  return list;
}

absl::StatusOr<ModelReference> FromProto(
    const v1::ExportModelRequest& request) {
  FieldViolations violations;
  ModelReference reference = CheckModel(request.model(), violations);
  if (!request.format().empty() && request.format() != kExportFormat) {
    violations.Add("format", absl::StrCat("format is ", Quote(request.format()),
                                          "; it must be ", kExportFormat));
  }
  RETURN_IF_ERROR(violations.ToStatus());
  return reference;
}

absl::StatusOr<PromoteRequest> FromProto(
    const v1::PromoteModelRequest& request) {
  FieldViolations violations;
  PromoteRequest promote{CheckModel(request.model(), violations),
                         request.label()};
  AddViolations("label", ValidateLabel("label", promote.label), violations);
  RETURN_IF_ERROR(violations.ToStatus());
  return promote;
}

absl::StatusOr<ModelReference> FromProto(
    const v1::DeleteModelRequest& request) {
  FieldViolations violations;
  ModelReference reference = CheckModel(request.model(), violations);
  if (violations.empty() && reference.version == 0) {
    violations.Add("model",
                   absl::StrCat("model is ", Quote(request.model()),
                                "; it must name a version, as NAME@VERSION"));
  }
  RETURN_IF_ERROR(violations.ToStatus());
  return reference;
}

}  // namespace carousel
