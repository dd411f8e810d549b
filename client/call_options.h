// How long a call may take, and what ends it early.
#ifndef CAROUSEL_CLIENT_CALL_OPTIONS_H_
#define CAROUSEL_CLIENT_CALL_OPTIONS_H_

#include <stop_token>

#include "absl/time/time.h"

namespace carousel::client {

struct CallOptions {
  // A call that is not over by then ends with DEADLINE_EXCEEDED.
  absl::Time deadline = absl::InfiniteFuture();
  // A request to stop ends a call with CANCELLED, on the server too.
  std::stop_token stop = {};
};

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CALL_OPTIONS_H_
