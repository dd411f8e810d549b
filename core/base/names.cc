#include "core/base/names.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace carousel {
namespace {

constexpr char kPattern[] = "[a-z0-9][a-z0-9_-]{0,62}";
constexpr std::size_t kMaxNameBytes = 63;

bool IsLowerOrDigit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool IsName(std::string_view text) {
  return !text.empty() && text.size() <= kMaxNameBytes &&
         IsLowerOrDigit(text.front()) &&
         std::all_of(text.begin(), text.end(), [](char c) {
           return IsLowerOrDigit(c) || c == '_' || c == '-';
         });
}

bool IsDigits(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return c >= '0' && c <= '9';
  });
}

absl::Status Violation(std::string_view field, std::string_view value,
                       std::string_view rule) {
  FieldViolations violations;
  violations.Add(field, absl::StrCat(ToAbslView(field), " is ", Quote(value),
                                     "; it must ", ToAbslView(rule)));
  return violations.ToStatus();
}

}  // namespace

absl::Status ValidateName(std::string_view field, std::string_view name) {
  if (IsName(name)) return absl::OkStatus();
  return Violation(field, name, absl::StrCat("match ", kPattern));
}

absl::Status ValidateLabel(std::string_view field, std::string_view label) {
  if (IsName(label) && !IsDigits(label)) return absl::OkStatus();
  return Violation(
      field, label,
      absl::StrCat("match ", kPattern, " and not consist of digits alone"));
}

absl::StatusOr<ModelReference> ModelReference::Parse(std::string_view text) {
  const std::size_t at = text.find('@');
  ModelReference reference;
  reference.name = std::string(text.substr(0, at));
  RETURN_IF_ERROR(ValidateName("model", reference.name));
  if (at == std::string_view::npos) return reference;
  const std::string_view rest = text.substr(at + 1);
  if (IsDigits(rest)) {
    if (!absl::SimpleAtoi(ToAbslView(rest), &reference.version) ||
        reference.version < 1) {
      return Violation("model", text, "name a version from 1 to 2^63 - 1");
    }
  } else if (IsName(rest)) {
    reference.label = std::string(rest);
  } else {
    return Violation("model", text, "be NAME, NAME@VERSION or NAME@LABEL");
  }
  return reference;
}

std::string ModelReference::ToString() const {
  if (version > 0) return absl::StrCat(name, "@", version);
  if (!label.empty()) return absl::StrCat(name, "@", label);
  return name;
}

}  // namespace carousel
