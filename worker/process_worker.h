// A worker process from the server's side.
#ifndef CAROUSEL_WORKER_PROCESS_WORKER_H_
#define CAROUSEL_WORKER_PROCESS_WORKER_H_

#include <sys/types.h>

#include <functional>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "core/base/mutex.h"
#include "core/jobs/worker.h"
#include "worker/spawn.h"
#include "worker/unique_fd.h"

namespace carousel {

// "exited with status 3", "killed by signal 9 (SIGKILL)": of what waitpid gave.
std::string DescribeExit(int wait_status);

// A thread of its own reads the events and, when the socket has closed, waits
// for the process.
class ProcessWorker final : public Worker {
 public:
  // Throws std::system_error when there is no thread to be had; the process is
  // gone then.
  ProcessWorker(SpawnedWorker process,
                std::function<void(const WorkerEvent&)> sink);
  ~ProcessWorker() override;

  // Closes our direction of the socket, which is what the worker sees when the
  // server dies: one rule, tried at every stop.
  void RequestStop() override;
  void Kill() override EXCLUDES(mutex_);

 private:
  void Read() EXCLUDES(mutex_);
  // Passes events on until the socket closes; whether the worker gave a
  // verdict or said that it stopped.
  absl::StatusOr<bool> PassEvents();
  // waitpid's status of the process, which is gone afterwards.
  int Reap() EXCLUDES(mutex_);

  const pid_t pid_;
  const UniqueFd socket_;
  const std::function<void(const WorkerEvent&)> sink_;
  Mutex mutex_;
  // From then on the process id may be somebody else's.
  bool reaped_ GUARDED_BY(mutex_) = false;
  std::thread reader_;  // the last member: it uses the others
};

}  // namespace carousel

#endif  // CAROUSEL_WORKER_PROCESS_WORKER_H_
