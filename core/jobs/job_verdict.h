// What becomes of a job whose worker ended without a result.
#ifndef CAROUSEL_CORE_JOBS_JOB_VERDICT_H_
#define CAROUSEL_CORE_JOBS_JOB_VERDICT_H_

#include <string>

#include "core/jobs/worker_run.h"
#include "core/store/records.h"

namespace carousel {

// Makes the job FAILED for this reason.
void Fail(JobRecord& row, std::string reason);

// CANCELLED when that was asked for; FAILED by the run's own verdict, or at the
// second death without an epoch in between; else QUEUED. A worker that could
// not be started or was stopped has not died.
void DecideUnfinished(const WorkerEnd& end, JobRecord& row);

}  // namespace carousel

#endif  // CAROUSEL_CORE_JOBS_JOB_VERDICT_H_
