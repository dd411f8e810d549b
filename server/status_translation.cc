#include "server/status_translation.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "core/base/error_details.h"
#include "core/base/strings.h"
#include "google/protobuf/any.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "server/common_translation.h"

namespace carousel {
namespace {

// Of the trailers' 8 KiB, the message takes its length and a third more (it
// stands in the details again, in base64), the violations four thirds.
constexpr std::size_t kMaxMessageBytes = 1500;
constexpr std::size_t kMaxViolationBytes = 2000;

// gRPC percent-encodes what is not printable ASCII: three bytes for one.
std::size_t EncodedBytes(char c) {
  return c >= 0x20 && c <= 0x7e && c != '%' ? 1 : 3;
}

bool ContinuesCharacter(char c) {
  return (static_cast<unsigned char>(c) & 0xc0) == 0x80;
}

// Valid UTF-8, as a proto string must be, of bounded encoded length.
std::string Presentable(std::string_view original, std::size_t max_bytes) {
  std::string text = EscapeUnlessUtf8(original);
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    bytes += EncodedBytes(text[i]);
    if (bytes <= max_bytes) continue;
    while (i > 0 && ContinuesCharacter(text[i])) --i;
    text.resize(i);
    return text + "...";
  }
  return text;
}

google::rpc::ErrorInfo MakeErrorInfo(const absl::Status& status) {
  google::rpc::ErrorInfo info;
  const std::string reason = GetReason(status);
  info.set_reason(reason.empty() ? absl::StatusCodeToString(status.code())
                                 : reason);
  info.set_domain(kErrorDomain);
  return info;
}

google::rpc::BadRequest MakeBadRequest(
    const std::vector<FieldViolation>& violations) {
  google::rpc::BadRequest bad_request;
  std::size_t budget = kMaxViolationBytes;
  for (const FieldViolation& violation : violations) {
    const std::string field = Presentable(violation.field, 200);
    const std::string description = Presentable(violation.description, 500);
    const std::size_t bytes = field.size() + description.size();
    auto* added = bad_request.add_field_violations();
    if (bytes > budget) {
      const int named = bad_request.field_violations_size() - 1;
      added->set_description(
          absl::StrCat("and ", violations.size() - named, " more"));
      break;
    }
    budget -= bytes;
    added->set_field(field);
    added->set_description(description);
  }
  return bad_request;
}

google::rpc::RetryInfo MakeRetryInfo(absl::Duration delay) {
  google::rpc::RetryInfo info;
  absl::Duration rest;
  info.mutable_retry_delay()->set_seconds(
      absl::IDivDuration(delay, absl::Seconds(1), &rest));
  info.mutable_retry_delay()->set_nanos(
      static_cast<int>(absl::ToInt64Nanoseconds(rest)));
  return info;
}

}  // namespace

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) return grpc::Status::OK;
  // The codes of Abseil and gRPC are the same numbers.
  const auto code = static_cast<grpc::StatusCode>(status.code());
  const std::string message =
      Presentable(ToStdView(status.message()), kMaxMessageBytes);
  google::rpc::Status details;
  details.set_code(static_cast<int>(code));
  details.set_message(message);
  details.add_details()->PackFrom(MakeErrorInfo(status));
  if (const auto violations = GetFieldViolations(status); !violations.empty()) {
    details.add_details()->PackFrom(MakeBadRequest(violations));
  }
  if (const absl::Duration delay = GetRetryDelay(status);
      delay > absl::ZeroDuration()) {
    details.add_details()->PackFrom(MakeRetryInfo(delay));
  }
  return grpc::Status(code, message, details.SerializeAsString());
}

}  // namespace carousel
