#include "server/drain_gate.h"

#include "core/base/error_details.h"

namespace carousel {

void DrainGate::CallBegan() {
  MutexLock lock(mutex_);
  ++calls_;
}

void DrainGate::CallEnded() {
  MutexLock lock(mutex_);
  if (--calls_ == 0) idle_.NotifyAll();
}

absl::Status DrainGate::Admit() const {
  MutexLock lock(mutex_);
  if (!closed_) return absl::OkStatus();
  return WithReason(absl::UnavailableError("the server is shutting down"),
                    "DRAINING");
}

void DrainGate::Close() {
  MutexLock lock(mutex_);
  closed_ = true;
}

bool DrainGate::WaitUntilIdle(std::chrono::steady_clock::time_point deadline) {
  MutexLock lock(mutex_);
  while (calls_ > 0) {
    if (!idle_.WaitUntil(mutex_, deadline)) return calls_ == 0;
  }
  return true;
}

}  // namespace carousel
