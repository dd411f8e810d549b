// A watcher that writes down what it hears.
#ifndef CAROUSEL_TESTS_CORE_JOBS_EVENT_LOG_H_
#define CAROUSEL_TESTS_CORE_JOBS_EVENT_LOG_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/mutex.h"
#include "core/jobs/job_event.h"

namespace carousel {

// Thread-safe; outlives its watch.
class EventLog {
 public:
  JobSink sink() {
    return [this](const JobEvent& event) { Add(event); };
  }

  // The job that ended the watch; waits for it.
  JobRecord AwaitLast() {
    MutexLock lock(mutex_);
    while (!last_.has_value()) changed_.Wait(mutex_);
    return *last_;
  }
  void AwaitEpoch(std::int64_t epoch) {
    MutexLock lock(mutex_);
    while (epochs_.empty() || epochs_.back() < epoch) changed_.Wait(mutex_);
  }

  // The newest progress; waits for the first.
  JobProgress AwaitProgress() {
    MutexLock lock(mutex_);
    while (!progress_.has_value()) changed_.Wait(mutex_);
    return *progress_;
  }
  void AwaitStage(std::string_view stage) {
    MutexLock lock(mutex_);
    while (stages_.empty() || stages_.back() != stage) changed_.Wait(mutex_);
  }

  std::vector<std::string> stages() {
    MutexLock lock(mutex_);
    return stages_;
  }
  std::vector<std::int64_t> epochs() {
    MutexLock lock(mutex_);
    return epochs_;
  }
  bool has_ended() {
    MutexLock lock(mutex_);
    return last_.has_value();
  }
  // Of any kind, after the last one.
  std::size_t late_events() {
    MutexLock lock(mutex_);
    return late_events_;
  }

 private:
  void Add(const JobEvent& event) {
    MutexLock lock(mutex_);
    if (last_.has_value()) {
      ++late_events_;
    } else if (const auto* epoch = std::get_if<EpochRecord>(&event)) {
      epochs_.push_back(epoch->epoch);
    } else if (const auto* progress = std::get_if<JobProgress>(&event)) {
      progress_ = *progress;
    } else if (const auto* stage = std::get_if<WorkerStage>(&event)) {
      stages_.push_back(stage->stage);
    } else if (const auto* job = std::get_if<JobRecord>(&event)) {
      last_ = *job;
    }
    changed_.NotifyAll();
  }

  Mutex mutex_;
  CondVar changed_;
  std::vector<std::int64_t> epochs_ GUARDED_BY(mutex_);
  std::vector<std::string> stages_ GUARDED_BY(mutex_);
  std::optional<JobProgress> progress_ GUARDED_BY(mutex_);
  std::optional<JobRecord> last_ GUARDED_BY(mutex_);
  std::size_t late_events_ GUARDED_BY(mutex_) = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_TESTS_CORE_JOBS_EVENT_LOG_H_
