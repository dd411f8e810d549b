// How a call ends: with a status that says what happened, and with where its
// time went.
#ifndef CAROUSEL_SERVER_CALL_END_H_
#define CAROUSEL_SERVER_CALL_END_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include "absl/status/status.h"
#include "server/call_deadline.h"
#include "server/server_timing.h"

namespace carousel {

// Made when the call begins; lives as long as the call. From one thread at a
// time.
class CallEnd {
 public:
  // Nothing is owned.
  explicit CallEnd(grpc::CallbackServerContext& context)
      : context_(context), deadline_(context) {}

  ServerTiming& timing() { return timing_; }

  // What the call is to be finished with; once.
  grpc::Status Conclude(const absl::Status& status);

 private:
  grpc::CallbackServerContext& context_;
  const CallDeadline deadline_;
  ServerTiming timing_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_CALL_END_H_
