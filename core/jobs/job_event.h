// What a watcher of a job hears.
#ifndef CAROUSEL_CORE_JOBS_JOB_EVENT_H_
#define CAROUSEL_CORE_JOBS_JOB_EVENT_H_

#include <functional>
#include <optional>
#include <variant>

#include "core/jobs/worker.h"
#include "core/store/records.h"

namespace carousel {

// Where the running epoch is, and how long the job will still take
// (JobOutlook).
struct JobProgress {
  WorkerProgress worker;
  std::optional<double> remaining_seconds;
};

// Every epoch once and in order, in between what the worker is at and its
// progress (both may be skipped for what is newer), and the job as the last
// event: in its terminal state, or QUEUED or RUNNING when the server stops
// first and the job goes on at its next start.
using JobEvent = std::variant<EpochRecord, JobProgress, WorkerStage, JobRecord>;

// Called from one thread at a time, in order; must be quick (enqueue).
using JobSink = std::function<void(const JobEvent&)>;

}  // namespace carousel

#endif  // CAROUSEL_CORE_JOBS_JOB_EVENT_H_
