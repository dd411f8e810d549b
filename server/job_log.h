// The lines that jobs leave in the server's log.
#ifndef CAROUSEL_SERVER_JOB_LOG_H_
#define CAROUSEL_SERVER_JOB_LOG_H_

#include <string_view>

#include "absl/status/status.h"
#include "core/jobs/job_observer.h"
#include "logging/event_log.h"

namespace carousel {

// Logs, in the context of the call that submitted the job, and passes
// everything on to the metrics. Thread-safe.
class JobLog final : public JobObserver {
 public:
  // `next` is not owned.
  JobLog(const EventLog& log, JobObserver& next) : log_(log), next_(next) {}

  void OnSlotTaken(int slot, const JobRecord& job) override;
  void OnSlotFreed(int slot, const JobRecord& job) override;
  void OnProgress(int slot, const JobRecord& job,
                  const WorkerProgress& progress) override;
  void OnEpoch(int slot, const JobRecord& job,
               const EpochRecord& epoch) override;
  void OnProblem(std::string_view job, const absl::Status& problem) override;

 private:
  const EventLog& log_;
  JobObserver& next_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_JOB_LOG_H_
