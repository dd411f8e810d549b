#include "client/waiter.h"

#include <condition_variable>
#include <mutex>
#include <utility>

namespace carousel::client {

void RealWaiter::Wait(absl::Duration duration, std::stop_token stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  // Only a request to stop ends the wait early: the predicate never holds.
  stopped.wait_for(lock, std::move(stop), absl::ToChronoNanoseconds(duration),
                   [] { return false; });
}

}  // namespace carousel::client
