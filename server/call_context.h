// By what a call and all that comes of it are named: its request id and its
// part of a trace.
#ifndef CAROUSEL_SERVER_CALL_CONTEXT_H_
#define CAROUSEL_SERVER_CALL_CONTEXT_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/string_ref.h>

#include <map>
#include <memory>
#include <string>

#include "core/store/records.h"
#include "logging/log_context.h"

namespace carousel {

using CallMetadata = std::multimap<grpc::string_ref, grpc::string_ref>;

// The metadata key under which a caller names its call and the answer repeats
// the name; a call that comes without one gets one made up.
inline constexpr char kRequestIdKey[] = "x-request-id";
// W3C Trace Context. A call that comes without one begins a trace.
inline constexpr char kTraceparentKey[] = "traceparent";

// The names of one call. Made before its handler runs, and lives as long as
// the call.
class CallIdentity {
 public:
  // Takes what `metadata` gives, makes up what it lacks or what is malformed,
  // and leaves the result in `metadata`, which then refers to this object.
  void Establish(CallMetadata& metadata);

  const std::string& request_id() const { return origin_.request_id; }
  // For the lines of the call.
  const std::shared_ptr<const LogContext>& log_context() const {
    return log_context_;
  }

 private:
  CallOrigin origin_;  // with the span of this call
  std::shared_ptr<const LogContext> log_context_;
};

// Inside a handler, of a call whose identity is established; else empty.
CallOrigin OriginOf(const grpc::CallbackServerContext& context);
std::shared_ptr<const LogContext> LogContextOf(const CallOrigin& origin);

}  // namespace carousel

#endif  // CAROUSEL_SERVER_CALL_CONTEXT_H_
