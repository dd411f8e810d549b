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

constexpr char kSafetensors[] = "safetensors";
constexpr char kOnnx[] = "onnx";

}  // namespace

v1::ModelVersion ToProto(const ModelVersionRecord& record,
                         const VersionUse& use) {
  v1::ModelVersion version;
  version.set_model(record.model);
  version.set_version(record.version);
  version.mutable_labels()->Assign(record.labels.begin(), record.labels.end());
  version.set_loaded(use.loaded);
  version.set_memory_bytes(use.bytes);
  if (use.last_used.has_value()) {
    *version.mutable_last_used_at() = ToProto(*use.last_used);
  }
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

absl::StatusOr<ExportRequest> FromProto(const v1::ExportModelRequest& request) {
  FieldViolations violations;
  ExportRequest asked{.model = CheckModel(request.model(), violations)};
  if (request.format() == kOnnx) {
    asked.format = ExportFormat::kOnnx;
  } else if (!request.format().empty() && request.format() != kSafetensors) {
    violations.Add("format",
                   absl::StrCat("format is ", Quote(request.format()),
                                "; it must be ", kSafetensors, " or ", kOnnx));
  }
  RETURN_IF_ERROR(violations.ToStatus());
  return asked;
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

absl::StatusOr<DeleteRequest> FromProto(const v1::DeleteModelRequest& request) {
  FieldViolations violations;
  DeleteRequest asked{CheckModel(request.model(), violations),
                      request.all_versions()};
  const ModelReference& model = asked.model;
  if (!violations.empty()) {
    // has been said
  } else if (asked.all_versions) {
    if (model.version != 0 || !model.label.empty()) {
      violations.Add("model", absl::StrCat("model is ", Quote(request.model()),
                                           "; with all_versions it must be a "
                                           "name alone, as NAME"));
    }
  } else if (model.version == 0) {
    violations.Add("model",
                   absl::StrCat("model is ", Quote(request.model()),
                                "; it must name a version, as NAME@VERSION, or "
                                "all_versions must be set"));
  }
  RETURN_IF_ERROR(violations.ToStatus());
  return asked;
}

}  // namespace carousel
