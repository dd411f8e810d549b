// A sink for the events of one worker that tests can wait on.
#ifndef CAROUSEL_TESTS_WORKER_WORKER_LOG_H_
#define CAROUSEL_TESTS_WORKER_WORKER_LOG_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/mutex.h"
#include "core/jobs/worker.h"

namespace carousel {

// Thread-safe; outlives its worker.
class WorkerLog {
 public:
  std::function<void(const WorkerEvent&)> sink() {
    return [this](const WorkerEvent& event) { Add(event); };
  }

  WorkerExited AwaitExit() {
    MutexLock lock(mutex_);
    while (!exited_.has_value()) changed_.Wait(mutex_);
    return *exited_;
  }
  // False when the worker went away before.
  bool AwaitEpoch(std::int64_t epoch) {
    MutexLock lock(mutex_);
    while (!exited_.has_value() &&
           (epochs_.empty() || epochs_.back().epoch < epoch)) {
      changed_.Wait(mutex_);
    }
    return !exited_.has_value();
  }
  // False when the worker went away before.
  bool AwaitStage(const std::string& stage) {
    MutexLock lock(mutex_);
    while (!exited_.has_value() && stage_ != stage) changed_.Wait(mutex_);
    return !exited_.has_value();
  }

  // "stage loading", "epoch 1", "done FOLDER", ... but for the exit.
  std::vector<std::string> lines() {
    MutexLock lock(mutex_);
    return lines_;
  }
  std::vector<EpochRecord> epochs() {
    MutexLock lock(mutex_);
    return epochs_;
  }
  std::optional<WorkerDone> done() {
    MutexLock lock(mutex_);
    return done_;
  }
  std::string failure() {
    MutexLock lock(mutex_);
    return failure_;
  }

 private:
  void Add(const WorkerEvent& event) {
    MutexLock lock(mutex_);
    if (const auto* stage = std::get_if<WorkerStage>(&event)) {
      stage_ = stage->stage;
      lines_.push_back("stage " + stage->stage);
    } else if (const auto* progress = std::get_if<WorkerProgress>(&event)) {
      lines_.push_back(absl::StrCat("progress ", progress->batch));
    } else if (const auto* epoch = std::get_if<WorkerEpoch>(&event)) {
      epochs_.push_back(epoch->epoch);
      lines_.push_back(absl::StrCat("epoch ", epoch->epoch.epoch));
    } else if (const auto* done = std::get_if<WorkerDone>(&event)) {
      done_ = *done;
      lines_.push_back("done " + done->model_folder.string());
    } else if (const auto* failed = std::get_if<WorkerFailed>(&event)) {
      failure_ = failed->reason;
      lines_.push_back("failed " + failed->reason);
    } else if (const auto* exited = std::get_if<WorkerExited>(&event)) {
      exited_ = *exited;
    }
    changed_.NotifyAll();
  }

  Mutex mutex_;
  CondVar changed_;
  std::vector<std::string> lines_ GUARDED_BY(mutex_);
  std::vector<EpochRecord> epochs_ GUARDED_BY(mutex_);
  std::string stage_ GUARDED_BY(mutex_);
  std::string failure_ GUARDED_BY(mutex_);
  std::optional<WorkerDone> done_ GUARDED_BY(mutex_);
  std::optional<WorkerExited> exited_ GUARDED_BY(mutex_);
};

}  // namespace carousel

#endif  // CAROUSEL_TESTS_WORKER_WORKER_LOG_H_
