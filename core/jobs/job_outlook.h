// What is to be expected of a job that is not over.
#ifndef CAROUSEL_CORE_JOBS_JOB_OUTLOOK_H_
#define CAROUSEL_CORE_JOBS_JOB_OUTLOOK_H_

#include <cstdint>
#include <optional>

namespace carousel {

struct JobOutlook {
  // How long a RUNNING job will still take (core/jobs/time_left.h).
  std::optional<double> remaining_seconds;
  // How many wait in front of a QUEUED job.
  std::optional<std::int64_t> queue_position;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_JOBS_JOB_OUTLOOK_H_
