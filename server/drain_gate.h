// The door of a server that goes down: no new calls, the running ones finish.
#ifndef CAROUSEL_SERVER_DRAIN_GATE_H_
#define CAROUSEL_SERVER_DRAIN_GATE_H_

#include <chrono>
#include <cstdint>

#include "absl/status/status.h"
#include "core/base/mutex.h"

namespace carousel {

// Thread-safe. A call counts from before it asks Admit() until its last byte
// is sent, so that none slips between Close() and WaitUntilIdle().
class DrainGate {
 public:
  void CallBegan() EXCLUDES(mutex_);
  void CallEnded() EXCLUDES(mutex_);

  // UNAVAILABLE (reason DRAINING) once the gate is closed.
  absl::Status Admit() const EXCLUDES(mutex_);

  void Close() EXCLUDES(mutex_);
  // Whether no call was left before `deadline`.
  bool WaitUntilIdle(std::chrono::steady_clock::time_point deadline)
      EXCLUDES(mutex_);

 private:
  mutable Mutex mutex_;
  CondVar idle_;
  bool closed_ GUARDED_BY(mutex_) = false;
  std::int64_t calls_ GUARDED_BY(mutex_) = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_DRAIN_GATE_H_
