// What the training slots do.
#ifndef CAROUSEL_SERVER_TRAINING_METRICS_H_
#define CAROUSEL_SERVER_TRAINING_METRICS_H_

#include <prometheus/counter.h>
#include <prometheus/family.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

#include <map>
#include <string>

#include "core/base/clock.h"
#include "core/base/mutex.h"
#include "core/jobs/job_observer.h"

namespace carousel {

// Series are by slot, not by job: a label a job would leave series behind for
// ever. Which job a slot's numbers belong to is train_job_info, there while the
// job runs; the other gauges keep a job's last numbers until the slot's next
// job. Thread-safe.
class TrainingMetrics final : public JobObserver {
 public:
  // `clock` is not owned.
  TrainingMetrics(prometheus::Registry& registry, const Clock& clock);

  void OnSlotTaken(int slot, const JobRecord& job) override EXCLUDES(mutex_);
  void OnSlotFreed(int slot, const JobRecord& job) override EXCLUDES(mutex_);
  void OnProgress(int slot, const JobRecord& job,
                  const WorkerProgress& progress) override EXCLUDES(mutex_);
  void OnEpoch(int slot, const JobRecord& job,
               const EpochRecord& epoch) override EXCLUDES(mutex_);

 private:
  using Gauges = prometheus::Family<prometheus::Gauge>;

  // Sets, creating it at the first time, the gauge of a slot (and a split).
  void Set(Gauges& family, int slot, double value) REQUIRES(mutex_);
  void Set(Gauges& family, int slot, const char* split, double value)
      REQUIRES(mutex_);
  // Takes away what another job has left: no number is better than a wrong one.
  void Clear(Gauges& family, int slot) REQUIRES(mutex_);
  void MarkProgress(int slot) REQUIRES(mutex_);
  void RemoveInfo(int slot) REQUIRES(mutex_);

  const Clock& clock_;
  Gauges& loss_;
  Gauges& accuracy_;
  Gauges& epoch_;
  Gauges& epochs_;
  Gauges& learning_rate_;
  Gauges& gradient_norm_;
  Gauges& last_progress_;
  Gauges& job_info_;
  prometheus::Family<prometheus::Counter>& tokens_;
  Mutex mutex_;
  std::map<int, prometheus::Gauge*> info_ GUARDED_BY(mutex_);
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_TRAINING_METRICS_H_
