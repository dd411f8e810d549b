// Hears that this process should end.
#ifndef CAROUSEL_WORKER_STOP_WATCHER_H_
#define CAROUSEL_WORKER_STOP_WATCHER_H_

#include <memory>
#include <stop_token>
#include <thread>

#include "absl/status/statusor.h"
#include "worker/unique_fd.h"

namespace carousel {

// Keeps SIGTERM and SIGINT for a StopWatcher, and ignores SIGHUP, which is the
// server's own. To be called before there is a second thread, which would
// otherwise be killed by them.
void HoldStopSignals();

// Requests a stop when the other end of the socket closes its direction or
// goes away (the server asks, or is dead), or when SIGTERM or SIGINT arrives.
// To be made when all that was to be read from the socket has been read.
class StopWatcher {
 public:
  static absl::StatusOr<std::unique_ptr<StopWatcher>> Create(
      int socket, std::stop_source stop);
  ~StopWatcher();

 private:
  StopWatcher(int socket, UniqueFd signals, UniqueFd end,
              std::stop_source stop);
  void Watch();

  const int socket_;
  const UniqueFd signals_;  // a signalfd
  const UniqueFd end_;      // an eventfd, written by the destructor
  std::stop_source stop_;
  std::thread thread_;  // the last member: it uses the others
};

}  // namespace carousel

#endif  // CAROUSEL_WORKER_STOP_WATCHER_H_
