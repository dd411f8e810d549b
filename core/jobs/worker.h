// A worker process as the job runner sees it. How it is started and what its
// socket carries is the business of worker/.
#ifndef CAROUSEL_CORE_JOBS_WORKER_H_
#define CAROUSEL_CORE_JOBS_WORKER_H_

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/store/records.h"

namespace carousel {

// What a worker is told to do.
struct WorkerAssignment {
  JobRecord job;
  int slot = 0;
  std::filesystem::path dataset_folder;
  std::vector<std::filesystem::path> other_dataset_folders;
  std::filesystem::path vectors_file;  // "" when vectors are trained
  std::filesystem::path job_folder;
  std::string dataset_sha256;
  std::string vectors_sha256;
};

// What a worker tells.
struct WorkerStage {  // "loading", "encoding", "training", ...
  std::string stage;
};
struct WorkerProgress {
  std::int64_t epoch = 0;
  std::int64_t batch = 0;
  std::int64_t batches = 0;
  double mean_loss = 0;
  double learning_rate = 0;
  double gradient_norm = 0;
  std::int64_t tokens = 0;  // since the last report
  double tokens_per_second = 0;
};
struct WorkerEpoch {  // its checkpoint is on the disk
  EpochRecord epoch;
};
struct WorkerAlive {};  // it is at work that nothing else tells of
struct WorkerDone {
  std::filesystem::path model_folder;  // or that of the trained vectors
  std::int64_t best_epoch = 0;         // 0 for vectors
  double best_validation_accuracy = 0;
};
struct WorkerFailed {  // the run's own verdict: trying again would not help
  std::string reason;
};
// Always the last event, and always told: the process is gone. `description`
// says how, "exited with 3" or "killed by signal 9"; a clean exit after
// WorkerDone, WorkerFailed or a stop is no death.
struct WorkerExited {
  bool clean = false;
  std::string description;
};
using WorkerEvent =
    std::variant<WorkerStage, WorkerProgress, WorkerEpoch, WorkerAlive,
                 WorkerDone, WorkerFailed, WorkerExited>;

// A running worker. Destroying it before WorkerExited kills it and waits.
class Worker {
 public:
  virtual ~Worker() = default;
  // Asks it to end after the batch at hand; its checkpoint stays. Thread-safe.
  virtual void RequestStop() = 0;
  // SIGKILL. Thread-safe.
  virtual void Kill() = 0;
};

class WorkerLauncher {
 public:
  virtual ~WorkerLauncher() = default;
  // `sink` is called from one thread of the worker's own, in order, the last
  // time with WorkerExited. After an error, whatever its code, there is no
  // worker, and another try may fare better. Thread-safe.
  virtual absl::StatusOr<std::unique_ptr<Worker>> Launch(
      const WorkerAssignment& assignment,
      std::function<void(const WorkerEvent&)> sink) = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_JOBS_WORKER_H_
