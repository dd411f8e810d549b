// Old things are removed at the start, and whenever a job has left its slot.
#ifndef CAROUSEL_SERVER_RETENTION_RUNNER_H_
#define CAROUSEL_SERVER_RETENTION_RUNNER_H_

#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include "core/jobs/job_observer.h"
#include "core/store/retention.h"
#include "logging/event_log.h"

namespace carousel {

// Passes everything on to the next observer. Thread-safe.
class RetentionRunner final : public JobObserver {
 public:
  // Runs a task somewhere else: it deletes files.
  using Scheduler = std::function<void(std::function<void()> task)>;

  // `retention` and `next` are not owned, and must outlive what is scheduled.
  RetentionRunner(Retention& retention, Scheduler schedule, const EventLog& log,
                  JobObserver& next)
      : retention_(retention),
        schedule_(std::move(schedule)),
        log_(log),
        next_(next) {}

  // Has the policy applied, with a line in the log for each thing removed.
  void Schedule();

  void OnSlotTaken(int slot, const JobRecord& job) override;
  void OnSlotFreed(int slot, const JobRecord& job) override;
  void OnProgress(int slot, const JobRecord& job,
                  const WorkerProgress& progress) override;
  void OnEpoch(int slot, const JobRecord& job,
               const EpochRecord& epoch) override;
  void OnProblem(std::string_view job, const absl::Status& problem) override;

 private:
  void Apply();

  Retention& retention_;
  const Scheduler schedule_;
  const EventLog& log_;
  JobObserver& next_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_RETENTION_RUNNER_H_
