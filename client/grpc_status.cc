#include "client/grpc_status.h"

#include "absl/strings/cord.h"
#include "absl/time/time.h"
#include "core/base/error_details.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace carousel::client {
namespace {

// Gives `status` the list of wrong fields, without touching its message.
void AddViolations(const google::rpc::BadRequest& bad_request,
                   absl::Status& status) {
  FieldViolations violations;
  for (const auto& violation : bad_request.field_violations()) {
    violations.Add(violation.field(), violation.description());
  }
  violations.ToStatus().ForEachPayload(
      [&status](absl::string_view type_url, const absl::Cord& payload) {
        status.SetPayload(type_url, payload);
      });
}

}  // namespace

absl::Status FromGrpcStatus(const grpc::Status& status) {
  // The codes of both libraries are the canonical ones, number by number.
  absl::Status result(static_cast<absl::StatusCode>(status.error_code()),
                      status.error_message());
  google::rpc::Status details;
  if (result.ok() || !details.ParseFromString(status.error_details())) {
    return result;
  }
  for (const google::protobuf::Any& detail : details.details()) {
    google::rpc::BadRequest bad_request;
    google::rpc::ErrorInfo info;
    google::rpc::RetryInfo retry;
    if (detail.UnpackTo(&bad_request)) {
      AddViolations(bad_request, result);
    } else if (detail.UnpackTo(&info)) {
      result = WithReason(result, info.reason());
    } else if (detail.UnpackTo(&retry)) {
      result = WithRetryDelay(
          result, absl::Seconds(retry.retry_delay().seconds()) +
                      absl::Nanoseconds(retry.retry_delay().nanos()));
    }
  }
  return result;
}

}  // namespace carousel::client
