// Who may call what. Every method of every adapter asks this first.
#ifndef CAROUSEL_SERVER_AUTHORIZE_H_
#define CAROUSEL_SERVER_AUTHORIZE_H_

#include <grpcpp/server_context.h>

#include "absl/status/status.h"

namespace carousel {

// What a method needs its caller to be.
enum class Role {
  kReader,   // asks models and looks at what there is
  kTrainer,  // brings in data and runs jobs
  kAdmin,    // decides what serves: labels, memory, deletions
};

// Everybody may do everything: there are no keys yet, which is why a server
// refuses to listen outside loopback unless it is told to (--allow_open).
absl::Status Authorize(const grpc::CallbackServerContext& context, Role role);

}  // namespace carousel

#endif  // CAROUSEL_SERVER_AUTHORIZE_H_
