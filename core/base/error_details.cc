#include "core/base/error_details.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/strings.h"

namespace carousel {
namespace {

constexpr char kViolationsUrl[] = "carousel/field_violations";
constexpr char kReasonUrl[] = "carousel/reason";
constexpr char kRetryDelayUrl[] = "carousel/retry_delay_nanoseconds";

// Strings in a row, each as "LENGTH:BYTES", so that they may hold anything.
void AppendNetstring(std::string_view text, std::string& output) {
  absl::StrAppend(&output, text.size(), ":", ToAbslView(text));
}

std::optional<std::string> TakeNetstring(std::string_view& input) {
  const std::size_t colon = input.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  std::size_t length = 0;
  if (!absl::SimpleAtoi(ToAbslView(input.substr(0, colon)), &length) ||
      length > input.size() - colon - 1) {
    return std::nullopt;
  }
  std::string text(input.substr(colon + 1, length));
  input.remove_prefix(colon + 1 + length);
  return text;
}

std::string GetPayload(const absl::Status& status, absl::string_view url) {
  const absl::optional<absl::Cord> payload = status.GetPayload(url);
  return payload.has_value() ? std::string(*payload) : std::string();
}

}  // namespace

void FieldViolations::Add(std::string_view field,
                          std::string_view description) {
  violations_.push_back({std::string(field), std::string(description)});
}

absl::Status FieldViolations::ToStatus() const {
  if (violations_.empty()) return absl::OkStatus();
  std::string payload;
  for (const FieldViolation& violation : violations_) {
    AppendNetstring(violation.field, payload);
    AppendNetstring(violation.description, payload);
  }
  absl::Status status = absl::InvalidArgumentError(absl::StrJoin(
      violations_, "; ", [](std::string* out, const FieldViolation& violation) {
        out->append(violation.description);
      }));
  status.SetPayload(kViolationsUrl, absl::Cord(std::move(payload)));
  return status;
}

std::vector<FieldViolation> GetFieldViolations(const absl::Status& status) {
  const std::string payload = GetPayload(status, kViolationsUrl);
  std::vector<FieldViolation> violations;
  std::string_view rest = payload;
  while (!rest.empty()) {
    std::optional<std::string> field = TakeNetstring(rest);
    std::optional<std::string> description = TakeNetstring(rest);
    if (!field.has_value() || !description.has_value()) break;
    violations.push_back({*std::move(field), *std::move(description)});
  }
  return violations;
}

absl::Status WithReason(absl::Status status, std::string_view reason) {
  if (!status.ok()) {
    status.SetPayload(kReasonUrl, absl::Cord(ToAbslView(reason)));
  }
  return status;
}

std::string GetReason(const absl::Status& status) {
  return GetPayload(status, kReasonUrl);
}

absl::Status WithRetryDelay(absl::Status status, absl::Duration delay) {
  if (!status.ok()) {
    status.SetPayload(
        kRetryDelayUrl,
        absl::Cord(absl::StrCat(absl::ToInt64Nanoseconds(delay))));
  }
  return status;
}

absl::Duration GetRetryDelay(const absl::Status& status) {
  std::int64_t nanoseconds = 0;
  if (!absl::SimpleAtoi(GetPayload(status, kRetryDelayUrl), &nanoseconds)) {
    return absl::ZeroDuration();
  }
  return absl::Nanoseconds(nanoseconds);
}

absl::Status WithContext(absl::Status status, std::string_view context) {
  if (status.ok()) return status;
  absl::Status result(
      status.code(), absl::StrCat(ToAbslView(context), ": ", status.message()));
  status.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    result.SetPayload(url, payload);
  });
  return result;
}

}  // namespace carousel
