#include "server/field_checks.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace carousel {

void AddViolations(std::string_view field, const absl::Status& status,
                   FieldViolations& violations) {
  if (status.ok()) return;
  const std::vector<FieldViolation> found = GetFieldViolations(status);
  for (const FieldViolation& violation : found) {
    violations.Add(violation.field, violation.description);
  }
  if (found.empty()) violations.Add(field, ToStdView(status.message()));
}

void CheckName(std::string_view field, std::string_view name,
               FieldViolations& violations) {
  AddViolations(field, ValidateName(field, name), violations);
}

ModelReference CheckModel(std::string_view text, FieldViolations& violations) {
  const absl::StatusOr<ModelReference> reference = ModelReference::Parse(text);
  if (reference.ok()) return *reference;
  AddViolations("model", reference.status(), violations);
  return {};
}

absl::StatusOr<ModelReference> ParseModel(std::string_view text) {
  FieldViolations violations;
  ModelReference reference = CheckModel(text, violations);
  RETURN_IF_ERROR(violations.ToStatus());
  return reference;
}

absl::StatusOr<PageRequest> ParsePage(std::int64_t page_size,
                                      std::string_view page_token) {
  if (page_size >= 0) return PageRequest{page_size, std::string(page_token)};
  FieldViolations violations;
  violations.Add("page_size", absl::StrCat("page_size is ", page_size,
                                           "; it must not be negative"));
  return violations.ToStatus();
}

}  // namespace carousel
