// Following a training job to its end, whatever happens to the connection.
#ifndef CAROUSEL_CLIENT_JOB_WATCHER_H_
#define CAROUSEL_CLIENT_JOB_WATCHER_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/client.h"
#include "client/waiter.h"

namespace carousel::client {

// What a watch tells. All calls come from the thread that watches, one after
// another; they may take their time.
class WatchObserver {
 public:
  virtual ~WatchObserver() = default;

  // Each finished epoch, once and in order.
  virtual void OnEpoch(const v1::Epoch& epoch) = 0;
  // Where the running epoch is; only the latest when calls take their time.
  virtual void OnProgress(const v1::TrainingProgress& progress) = 0;
  // What the worker is at: "loading", "training", ...; as with progress.
  virtual void OnStage(const std::string& stage) = 0;
  // The connection was lost; the next attempt comes after `delay`.
  virtual void OnLost(const absl::Status& why, absl::Duration delay) = 0;
};

struct WatchOptions {
  std::string job;
  // Epochs up to this one are known already.
  std::int64_t after_epoch = 0;
  // The server has answered another call before.
  bool was_reached = false;
  // The watch as a whole.
  CallOptions call;
};

// Returns the job once it is over. A connection that breaks, or a server that
// is not there any more, is tried again with growing pauses until the deadline,
// from the last epoch seen. Without a deadline, a server that has never
// answered is UNAVAILABLE after some seconds. Ends early with the server's
// error (NOT_FOUND, say), DEADLINE_EXCEEDED, or CANCELLED when a stop is
// requested; the job goes on.
//
// A thread of its own reads from the connection, so that an observer that
// writes to a slow terminal does not hold up the server.
absl::StatusOr<v1::TrainingJob> WatchJob(const Client& client,
                                         const WatchOptions& options,
                                         Waiter& waiter,
                                         WatchObserver& observer);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_JOB_WATCHER_H_
