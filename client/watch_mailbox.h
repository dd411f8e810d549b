// What a watch has read and not yet told. Internal to client/.
#ifndef CAROUSEL_CLIENT_WATCH_MAILBOX_H_
#define CAROUSEL_CLIENT_WATCH_MAILBOX_H_

#include <deque>
#include <string>
#include <variant>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "carousel/v1/training.pb.h"
#include "core/base/mutex.h"

namespace carousel::client {

// The connection was lost; the next attempt comes after `delay`.
struct ConnectionLost {
  absl::Status why;
  absl::Duration delay;
};

// What the worker is at.
struct WatchStage {
  std::string name;
};

// The last thing that a watch tells.
using WatchEnd = absl::StatusOr<v1::TrainingJob>;

using WatchEvent = std::variant<v1::Epoch, v1::TrainingProgress, WatchStage,
                                ConnectionLost, WatchEnd>;

// A queue that never holds up who puts, and yet stays small: progress that was
// not taken gives way to whatever comes after it, and a stage to the next.
// Thread-safe.
class WatchMailbox {
 public:
  void Put(WatchEvent event) EXCLUDES(mutex_);

  // Waits for the next event.
  WatchEvent Take() EXCLUDES(mutex_);

 private:
  Mutex mutex_;
  CondVar changed_;
  std::deque<WatchEvent> events_ GUARDED_BY(mutex_);
};

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_WATCH_MAILBOX_H_
