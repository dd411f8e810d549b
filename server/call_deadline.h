// By when a call must be over, and what it is called when it was not.
#ifndef CAROUSEL_SERVER_CALL_DEADLINE_H_
#define CAROUSEL_SERVER_CALL_DEADLINE_H_

#include <grpcpp/server_context.h>

#include <chrono>

#include "absl/status/status.h"

namespace carousel {

// Thread-safe.
class CallDeadline {
 public:
  using Time = std::chrono::system_clock::time_point;

  // Of a call that has just begun.
  explicit CallDeadline(const grpc::CallbackServerContext& context)
      : CallDeadline(std::chrono::system_clock::now(), context.deadline()) {}
  // `deadline` is Time::max() for a call without one.
  CallDeadline(Time began, Time deadline)
      : began_(began), deadline_(deadline) {}

  // What a call that went wrong is told at `now`. Work that stopped because its
  // caller was no longer there (CANCELLED) is DEADLINE_EXCEEDED where that was
  // the deadline's doing.
  absl::Status Explain(const absl::Status& status,
                       Time now = std::chrono::system_clock::now()) const;

 private:
  const Time began_;
  const Time deadline_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_CALL_DEADLINE_H_
