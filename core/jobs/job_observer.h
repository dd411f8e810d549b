// Who wants to know what the jobs do: the metrics and the log.
#ifndef CAROUSEL_CORE_JOBS_JOB_OBSERVER_H_
#define CAROUSEL_CORE_JOBS_JOB_OBSERVER_H_

#include <string_view>

#include "absl/status/status.h"
#include "core/jobs/worker.h"
#include "core/store/records.h"

namespace carousel {

// Called from several threads, never with a lock held; must be quick.
class JobObserver {
 public:
  virtual ~JobObserver() = default;
  // The job entered a slot, or left it (in whatever state it is then).
  virtual void OnSlotTaken(int slot, const JobRecord& job) = 0;
  virtual void OnSlotFreed(int slot, const JobRecord& job) = 0;
  virtual void OnProgress(int slot, const JobRecord& job,
                          const WorkerProgress& progress) = 0;
  virtual void OnEpoch(int slot, const JobRecord& job,
                       const EpochRecord& epoch) = 0;
  // Something went wrong that the runner goes on without, or tries again: a
  // worker that could not be started, a write that the catalogue refused, a
  // file that could not be removed. `job` is "" where it concerns no job alone.
  virtual void OnProblem(std::string_view job, const absl::Status& problem) {}
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_JOBS_JOB_OBSERVER_H_
