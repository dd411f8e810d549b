// From core's statuses to gRPC's, with the details of AIP-193.
#ifndef CAROUSEL_SERVER_STATUS_TRANSLATION_H_
#define CAROUSEL_SERVER_STATUS_TRANSLATION_H_

#include <grpcpp/support/status.h>

#include "absl/status/status.h"

namespace carousel {

// The `domain` of every google.rpc.ErrorInfo.
inline constexpr char kErrorDomain[] = "carousel";

// The same code and message, and in error_details() a google.rpc.Status with
// ErrorInfo (always; without a reason of its own the code's name), BadRequest
// (where fields are wrong) and RetryInfo (where a delay is given).
//
// A client drops a call whose trailers are over 8 KiB, and with it the code;
// so a long message is cut, and of many wrong fields the first are named and
// the rest counted.
grpc::Status ToGrpcStatus(const absl::Status& status);

}  // namespace carousel

#endif  // CAROUSEL_SERVER_STATUS_TRANSLATION_H_
