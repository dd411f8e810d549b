#include "client/cli/error_output.h"

#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "client/client.h"
#include "core/base/error_details.h"
#include "core/base/strings.h"

namespace carousel::client {
namespace {

// The reason that a server gives with PERMISSION_DENIED.
constexpr std::string_view kRoleTooSmall = "ROLE_TOO_SMALL";

// What lists the things there are, by how the server begins to say that one is
// not there.
constexpr std::pair<const char*, const char*> kLists[] = {
    {"model ", "carousel models list"},
    {"dataset ", "carousel dataset list"},
    {"vectors ", "carousel vectors list"},
    {"job ", "carousel jobs list"}};

}  // namespace

ExitCode ToExitCode(const absl::Status& error) {
  switch (error.code()) {
    case absl::StatusCode::kOk:
      return ExitCode::kDone;
    case absl::StatusCode::kNotFound:
      return ExitCode::kNotFound;
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kDataLoss:  // a damaged file
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kOutOfRange:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kUnauthenticated:
      return ExitCode::kRefused;
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kUnavailable:
      return ExitCode::kUnavailable;
    case absl::StatusCode::kResourceExhausted:
      // A full queue is worth another try later; what is too large is not.
      return GetRetryDelay(error) > absl::ZeroDuration()
                 ? ExitCode::kUnavailable
                 : ExitCode::kRefused;
    default:
      return ExitCode::kOther;
  }
}

absl::Status Explain(absl::Status error) {
  if (GetReason(error) == kUnreachable) {
    return WithHint(error,
                    "is carouseld running? Set --server or CAROUSEL_SERVER, "
                    "and --tls or --tls_ca where it speaks TLS");
  }
  if (absl::IsUnauthenticated(error)) {
    return WithHint(error,
                    "set CAROUSEL_KEY, or name a file that holds the key by "
                    "--key_file");
  }
  if (GetReason(error) == kRoleTooSmall) {
    return WithHint(error, "set CAROUSEL_KEY or --key_file to such a key");
  }
  if (absl::IsNotFound(error)) {
    for (const auto& [start, command] : kLists) {
      if (absl::StartsWith(error.message(), start)) {
        return WithHint(error, absl::StrCat("see ", command));
      }
    }
  }
  return error;
}

absl::Status WithHint(const absl::Status& error, std::string_view hint) {
  absl::Status result(error.code(),
                      absl::StrCat(error.message(), "; ", ToAbslView(hint)));
  error.ForEachPayload([&](absl::string_view url, const absl::Cord& payload) {
    result.SetPayload(url, payload);
  });
  return result;
}

nlohmann::ordered_json ErrorToJson(const absl::Status& error) {
  auto details = nlohmann::ordered_json::array();
  if (const auto violations = GetFieldViolations(error); !violations.empty()) {
    auto fields = nlohmann::ordered_json::array();
    for (const FieldViolation& violation : violations) {
      fields.push_back(
          {{"field", violation.field}, {"description", violation.description}});
    }
    details.push_back({{"type", "BadRequest"}, {"field_violations", fields}});
  }
  if (const std::string reason = GetReason(error); !reason.empty()) {
    details.push_back({{"type", "ErrorInfo"}, {"reason", reason}});
  }
  if (const auto delay = GetRetryDelay(error); delay > absl::ZeroDuration()) {
    details.push_back(
        {{"type", "RetryInfo"}, {"retry_delay", absl::ToDoubleSeconds(delay)}});
  }
  return {{"error",
           {{"code", absl::StatusCodeToString(error.code())},
            {"message", std::string(error.message())},
            {"details", details}}}};
}

std::string ErrorToText(const absl::Status& error) {
  const std::vector<FieldViolation> violations = GetFieldViolations(error);
  if (violations.size() < 2) return std::string(error.message());
  std::string text =
      absl::StrCat(violations.size(), " things are wrong with the request:");
  for (const FieldViolation& violation : violations) {
    absl::StrAppend(&text, "\n  ", violation.field, ": ",
                    violation.description);
  }
  return text;
}

absl::Status AsInvalidInput(const absl::Status& error) {
  if (error.ok() || ToExitCode(error) == ExitCode::kRefused) return error;
  return absl::InvalidArgumentError(error.message());
}

absl::Status AsInvalidFile(const absl::Status& error, std::string_view path) {
  const absl::Status invalid = AsInvalidInput(error);
  const bool is_named =
      absl::StrContains(error.message(), absl::StrCat(ToAbslView(path), ":"));
  return is_named ? invalid : WithContext(invalid, path);
}

}  // namespace carousel::client
