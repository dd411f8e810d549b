// Starts training workers as processes of their own: a worker that crashes,
// runs out of memory or is killed takes nobody with it.
#ifndef CAROUSEL_WORKER_PROCESS_LAUNCHER_H_
#define CAROUSEL_WORKER_PROCESS_LAUNCHER_H_

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "core/jobs/worker.h"
#include "logging/event_log.h"

namespace carousel {

struct ProcessLauncherOptions {
  std::filesystem::path worker_binary;
  std::string engine = "fused";
  std::string device = "cpu";
  int threads = 0;  // of each worker; 0: LibTorch's default
  // Workers log as this does when they are started. Not owned.
  const EventLog* log = nullptr;
};

// Thread-safe.
class ProcessLauncher final : public WorkerLauncher {
 public:
  explicit ProcessLauncher(ProcessLauncherOptions options)
      : options_(std::move(options)) {}

  // The job's folder must exist; the worker's output is appended to worker.log
  // in it. The errors of SpawnWorker; UNAVAILABLE when there is no thread to be
  // had that would follow the worker.
  absl::StatusOr<std::unique_ptr<Worker>> Launch(
      const WorkerAssignment& assignment,
      std::function<void(const WorkerEvent&)> sink) override;

 private:
  const ProcessLauncherOptions options_;
};

}  // namespace carousel

#endif  // CAROUSEL_WORKER_PROCESS_LAUNCHER_H_
