// What a client sees of an error.
#ifndef CAROUSEL_TESTS_SUPPORT_GRPC_STATUS_H_
#define CAROUSEL_TESTS_SUPPORT_GRPC_STATUS_H_

#include <grpcpp/support/status.h>

#include <optional>
#include <ostream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace grpc {

// How GoogleTest shows a status.
inline void PrintTo(const Status& status, std::ostream* stream) {
  *stream << "code " << status.error_code() << ": " << status.error_message();
}

}  // namespace grpc

namespace carousel {

// The first detail of that type, or nothing.
template <typename Detail>
std::optional<Detail> GetDetail(const grpc::Status& status) {
  google::rpc::Status details;
  if (!details.ParseFromString(status.error_details())) return std::nullopt;
  for (const auto& any : details.details()) {
    Detail detail;
    if (any.UnpackTo(&detail)) return detail;
  }
  return std::nullopt;
}

inline std::string ReasonOf(const grpc::Status& status) {
  const auto info = GetDetail<google::rpc::ErrorInfo>(status);
  return info ? info->reason() : "";
}

// The fields that are wrong, in order.
inline std::vector<std::string> WrongFields(const grpc::Status& status) {
  std::vector<std::string> fields;
  const auto bad_request = GetDetail<google::rpc::BadRequest>(status);
  if (bad_request) {
    for (const auto& violation : bad_request->field_violations()) {
      fields.push_back(violation.field());
    }
  }
  return fields;
}

MATCHER(IsGrpcOk, "is OK") { return arg.ok(); }

MATCHER_P(GrpcCodeIs, code, "has code " + std::to_string(code)) {
  return arg.error_code() == code;
}

// Also a part of the message, so that the right thing is refused.
MATCHER_P2(GrpcCodeIs, code, message_part,
           "has code " + std::to_string(code) + " and a message with \"" +
               message_part + "\"") {
  return arg.error_code() == code &&
         arg.error_message().find(message_part) != std::string::npos;
}

}  // namespace carousel

#endif  // CAROUSEL_TESTS_SUPPORT_GRPC_STATUS_H_
