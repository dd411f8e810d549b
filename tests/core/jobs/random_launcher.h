// Workers that train, die, fail and hang as dice decide.
#ifndef CAROUSEL_TESTS_CORE_JOBS_RANDOM_LAUNCHER_H_
#define CAROUSEL_TESTS_CORE_JOBS_RANDOM_LAUNCHER_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "core/base/mutex.h"
#include "core/base/random.h"
#include "core/jobs/worker.h"

namespace carousel {

// What all workers share: the jobs' checkpoints, as files would hold them, and
// a note of every rule that was broken.
class RandomWorkers {
 public:
  void Enter(const JobRecord& job) {
    MutexLock lock(mutex_);
    if (!models_.insert(job.model).second) {
      broken_rules_.push_back("two workers at once for model " + job.model);
    }
    if (checkpoints_[job.job] < job.epoch) {
      broken_rules_.push_back("the catalogue is ahead of the checkpoint of " +
                              job.job);
    }
  }
  void Leave(const JobRecord& job) {
    MutexLock lock(mutex_);
    models_.erase(job.model);
  }
  std::int64_t checkpoint(const std::string& job) {
    MutexLock lock(mutex_);
    return checkpoints_[job];
  }
  void SetCheckpoint(const std::string& job, std::int64_t epoch) {
    MutexLock lock(mutex_);
    checkpoints_[job] = epoch;
  }
  std::vector<std::string> broken_rules() {
    MutexLock lock(mutex_);
    return broken_rules_;
  }

 private:
  Mutex mutex_;
  std::set<std::string> models_ GUARDED_BY(mutex_);
  std::map<std::string, std::int64_t> checkpoints_ GUARDED_BY(mutex_);
  std::vector<std::string> broken_rules_ GUARDED_BY(mutex_);
};

class RandomWorker final : public Worker {
 public:
  RandomWorker(WorkerAssignment assignment, std::uint64_t seed,
               RandomWorkers& workers,
               std::function<void(const WorkerEvent&)> sink)
      : job_(std::move(assignment.job)),
        dice_(seed),
        workers_(workers),
        sink_(std::move(sink)),
        thread_([this] { Run(); }) {}
  ~RandomWorker() override {
    Kill();
    thread_.join();
  }

  void RequestStop() override {
    MutexLock lock(mutex_);
    stop_requested_ = true;
    changed_.NotifyAll();
  }
  void Kill() override {
    MutexLock lock(mutex_);
    killed_ = true;
    changed_.NotifyAll();
  }

 private:
  void Run() {
    workers_.Enter(job_);
    const WorkerExited exited = Train();
    workers_.Leave(job_);
    sink_(exited);
  }

  WorkerExited Train() {
    std::int64_t epoch = workers_.checkpoint(job_.job);
    for (std::int64_t past = 1; past <= epoch; ++past) TellEpoch(past);
    while (epoch < job_.epochs) {
      if (Roll(10)) return {.description = "killed by signal 9 (SIGKILL)"};
      if (Roll(60)) {
        sink_(WorkerFailed{"the loss is nan"});
        return {.clean = true};
      }
      sink_(WorkerProgress{.epoch = epoch + 1, .batch = 1, .batches = 2});
      if (StopRequested()) {
        if (Roll(3)) return Hang();
        return {.clean = true};
      }
      workers_.SetCheckpoint(job_.job, ++epoch);
      if (Roll(10)) return {.description = "killed before it could tell"};
      TellEpoch(epoch);
    }
    sink_(WorkerDone{.model_folder = "result", .best_epoch = epoch});
    return {.clean = !Roll(4), .description = "crashed at exit"};
  }

  WorkerExited Hang() {
    MutexLock lock(mutex_);
    while (!killed_) changed_.Wait(mutex_);
    return {.description = "killed by signal 9 (SIGKILL)"};
  }

  void TellEpoch(std::int64_t epoch) { sink_(WorkerEpoch{{.epoch = epoch}}); }
  // True once in `sides` times.
  bool Roll(std::uint64_t sides) { return UniformBelow(dice_, sides) == 0; }
  bool StopRequested() {
    MutexLock lock(mutex_);
    return stop_requested_;
  }

  const JobRecord job_;
  std::mt19937_64 dice_;
  RandomWorkers& workers_;
  const std::function<void(const WorkerEvent&)> sink_;
  Mutex mutex_;
  CondVar changed_;
  bool stop_requested_ GUARDED_BY(mutex_) = false;
  bool killed_ GUARDED_BY(mutex_) = false;
  std::thread thread_;  // the last member: it uses the others
};

class RandomLauncher final : public WorkerLauncher {
 public:
  explicit RandomLauncher(std::uint64_t seed) : seed_(seed) {}

  absl::StatusOr<std::unique_ptr<Worker>> Launch(
      const WorkerAssignment& assignment,
      std::function<void(const WorkerEvent&)> sink) override {
    MutexLock lock(mutex_);
    const std::uint64_t seed = DeriveSeed(seed_, {++launches_});
    if (seed % 50 == 0) return absl::UnavailableError("cannot fork");
    return std::make_unique<RandomWorker>(assignment, seed, workers_,
                                          std::move(sink));
  }

  RandomWorkers& workers() { return workers_; }
  std::uint64_t launches() {
    MutexLock lock(mutex_);
    return launches_;
  }

 private:
  const std::uint64_t seed_;
  RandomWorkers workers_;
  Mutex mutex_;
  std::uint64_t launches_ GUARDED_BY(mutex_) = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_TESTS_CORE_JOBS_RANDOM_LAUNCHER_H_
