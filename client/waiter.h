// Waiting between attempts, as an argument: a test's Waiter does not wait.
#ifndef CAROUSEL_CLIENT_WAITER_H_
#define CAROUSEL_CLIENT_WAITER_H_

#include <stop_token>

#include "absl/time/time.h"

namespace carousel::client {

// Thread-safe.
class Waiter {
 public:
  virtual ~Waiter() = default;

  // Returns after `duration`, or as soon as `stop` is requested.
  virtual void Wait(absl::Duration duration, std::stop_token stop) = 0;
};

// Waits in real time.
class RealWaiter final : public Waiter {
 public:
  void Wait(absl::Duration duration, std::stop_token stop) override;
};

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_WAITER_H_
