// Workers that a test plays.
#ifndef CAROUSEL_TESTS_CORE_JOBS_FAKE_LAUNCHER_H_
#define CAROUSEL_TESTS_CORE_JOBS_FAKE_LAUNCHER_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "core/base/mutex.h"
#include "core/jobs/worker.h"

namespace carousel {

// A worker process as the test plays it: what the worker would tell, the test
// tells, on its own thread.
class FakeProcess {
 public:
  FakeProcess(WorkerAssignment assignment,
              std::function<void(const WorkerEvent&)> sink)
      : assignment_(std::move(assignment)), sink_(std::move(sink)) {}

  const WorkerAssignment& assignment() const { return assignment_; }
  const std::string& job() const { return assignment_.job.job; }

  void Tell(const WorkerEvent& event) { sink_(event); }
  // Finishes epochs, whose losses tell them apart.
  void TellEpochs(std::int64_t first, std::int64_t last) {
    for (std::int64_t epoch = first; epoch <= last; ++epoch) {
      Tell(WorkerEpoch{
          {.epoch = epoch, .train_loss = 1.0 / static_cast<double>(epoch)}});
    }
  }
  void TellDone() {
    Tell(WorkerDone{.model_folder = assignment_.job_folder / "result",
                    .best_epoch = 1,
                    .best_validation_accuracy = 0.75});
  }
  void ExitCleanly() { Tell(WorkerExited{.clean = true, .description = "0"}); }
  void Die(std::string description = "killed by signal 9 (SIGKILL)") {
    Tell(WorkerExited{.clean = false, .description = std::move(description)});
  }

  void AwaitStopRequest() {
    MutexLock lock(mutex_);
    while (!stop_requested_) changed_.Wait(mutex_);
  }
  void AwaitKill() {
    MutexLock lock(mutex_);
    while (!killed_) changed_.Wait(mutex_);
  }
  bool stop_requested() {
    MutexLock lock(mutex_);
    return stop_requested_;
  }
  bool killed() {
    MutexLock lock(mutex_);
    return killed_;
  }

 private:
  friend class FakeLauncher;
  class Handle final : public Worker {
   public:
    explicit Handle(std::shared_ptr<FakeProcess> process)
        : process_(std::move(process)) {}
    void RequestStop() override { process_->Set(process_->stop_requested_); }
    void Kill() override { process_->Set(process_->killed_); }

   private:
    const std::shared_ptr<FakeProcess> process_;
  };

  void Set(bool& flag) {
    MutexLock lock(mutex_);
    flag = true;
    changed_.NotifyAll();
  }

  const WorkerAssignment assignment_;
  const std::function<void(const WorkerEvent&)> sink_;
  Mutex mutex_;
  CondVar changed_;
  bool stop_requested_ = false;
  bool killed_ = false;
};

class FakeLauncher final : public WorkerLauncher {
 public:
  absl::StatusOr<std::unique_ptr<Worker>> Launch(
      const WorkerAssignment& assignment,
      std::function<void(const WorkerEvent&)> sink) override {
    MutexLock lock(mutex_);
    ++launches_;
    changed_.NotifyAll();
    if (!exceptions_.empty()) {
      const std::string exception = std::move(exceptions_.front());
      exceptions_.pop_front();
      throw std::runtime_error(exception);
    }
    if (!failures_.empty()) {
      absl::Status failure = std::move(failures_.front());
      failures_.pop_front();
      return failure;
    }
    auto process = std::make_shared<FakeProcess>(assignment, std::move(sink));
    processes_.push_back(process);
    return std::make_unique<FakeProcess::Handle>(process);
  }

  // The first worker that the test has not had yet; waits for it.
  std::shared_ptr<FakeProcess> Next() {
    MutexLock lock(mutex_);
    while (processes_.empty()) changed_.Wait(mutex_);
    std::shared_ptr<FakeProcess> process = std::move(processes_.front());
    processes_.pop_front();
    return process;
  }

  // The next launches that are not spoken for fail so.
  void FailNext(absl::Status failure) {
    MutexLock lock(mutex_);
    failures_.push_back(std::move(failure));
  }
  // The same with an exception.
  void ThrowNext(std::string what) {
    MutexLock lock(mutex_);
    exceptions_.push_back(std::move(what));
  }
  int launches() {
    MutexLock lock(mutex_);
    return launches_;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  std::deque<std::shared_ptr<FakeProcess>> processes_ GUARDED_BY(mutex_);
  std::deque<absl::Status> failures_ GUARDED_BY(mutex_);
  std::deque<std::string> exceptions_ GUARDED_BY(mutex_);
  int launches_ GUARDED_BY(mutex_) = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_TESTS_CORE_JOBS_FAKE_LAUNCHER_H_
