// The lines that jobs leave in the server's log.
#ifndef CAROUSEL_SERVER_JOB_LOG_H_
#define CAROUSEL_SERVER_JOB_LOG_H_

#include <spdlog/logger.h>

#include <memory>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "core/jobs/job_observer.h"

namespace carousel {

// Logs, and passes everything on to the metrics. Thread-safe.
class JobLog final : public JobObserver {
 public:
  // `next` is not owned.
  JobLog(std::shared_ptr<spdlog::logger> log, JobObserver& next)
      : log_(std::move(log)), next_(next) {}

  void OnSlotTaken(int slot, const JobRecord& job) override;
  void OnSlotFreed(int slot, const JobRecord& job) override;
  void OnProgress(int slot, const JobRecord& job,
                  const WorkerProgress& progress) override;
  void OnEpoch(int slot, const JobRecord& job,
               const EpochRecord& epoch) override;
  void OnProblem(std::string_view job, const absl::Status& problem) override;

 private:
  const std::shared_ptr<spdlog::logger> log_;
  JobObserver& next_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_JOB_LOG_H_
