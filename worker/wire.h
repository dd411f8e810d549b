// Messages on a stream socket: each behind its length as a varint, as
// protobuf's own delimited streams have it.
#ifndef CAROUSEL_WORKER_WIRE_H_
#define CAROUSEL_WORKER_WIRE_H_

#include <google/protobuf/message_lite.h>

#include <cstddef>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace carousel {

// The largest message that is written or believed.
inline constexpr std::size_t kMaxMessageBytes = 16 << 20;

// Writes one message; blocks while the socket is full and goes on after
// signals. UNAVAILABLE when the other end is gone (without SIGPIPE).
// INVALID_ARGUMENT for a message over the limit, of which nothing is written.
// One thread at a time.
absl::Status WriteMessage(int socket,
                          const google::protobuf::MessageLite& message);

// Reads one message; false at the end of the stream. Reads no byte beyond it.
// DATA_LOSS when the stream ends within a message, or carries a length over
// the limit or bytes that are no such message. One thread at a time.
absl::StatusOr<bool> ReadMessage(int socket,
                                 google::protobuf::MessageLite& message);

}  // namespace carousel

#endif  // CAROUSEL_WORKER_WIRE_H_
