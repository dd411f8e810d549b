// What a call came to, as an absl::Status.
#ifndef CAROUSEL_CLIENT_GRPC_STATUS_H_
#define CAROUSEL_CLIENT_GRPC_STATUS_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace carousel::client {

// The same code and message. google.rpc details that came with the status
// (AIP-193) are read back by core/base/error_details.h: BadRequest by
// GetFieldViolations, ErrorInfo by GetReason, RetryInfo by GetRetryDelay.
absl::Status FromGrpcStatus(const grpc::Status& status);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_GRPC_STATUS_H_
