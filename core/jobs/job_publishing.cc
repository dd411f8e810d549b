// JobRunner's way from a worker's result to a published version.
#include <exception>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/jobs/job_runner.h"
#include "core/jobs/job_verdict.h"

namespace carousel {

std::optional<JobRecord> JobRunner::BeginPublishing(const std::string& job,
                                                    const WorkerDone& done) {
  MutexLock lock(mutex_);
  ActiveJob& active = active_.at(job);
  if (active.record.cancel_requested) return std::nullopt;
  active.publishing = true;
  OnStage(job, {"publishing"});
  JobRecord finished = active.record;
  finished.best_epoch = done.best_epoch;
  finished.best_validation_accuracy = done.best_validation_accuracy;
  return finished;
}

absl::StatusOr<std::int64_t> JobRunner::TryPublish(
    const JobRecord& job, const std::filesystem::path& model_folder) const {
  try {
    return publisher_(job, model_folder);
  } catch (const std::exception& error) {
    return absl::InternalError(error.what());
  }
}

JobRunner::Decision JobRunner::Publish(
    const JobRecord& job, const std::filesystem::path& model_folder) const {
  const absl::StatusOr<std::int64_t> version = TryPublish(job, model_folder);
  return [version, job](JobRecord& row) {
    row.best_epoch = job.best_epoch;
    row.best_validation_accuracy = job.best_validation_accuracy;
    if (version.ok()) {
      row.state = JobState::kSucceeded;
      row.version = *version;
    } else {
      Fail(row, absl::StrCat(
                    job.kind == JobKind::kVectors ? "the vectors" : "the model",
                    " could not be published: ", version.status().message()));
    }
  };
}

absl::Status JobRunner::FinishPublished() {
  ASSIGN_OR_RETURN(const std::vector<JobRecord> interrupted,
                   jobs_.InState(JobState::kRunning));
  for (const JobRecord& job : interrupted) {
    ASSIGN_OR_RETURN(const std::optional<std::int64_t> version,
                     find_version_(job.job));
    if (!version.has_value()) continue;
    const Decision decide = Publish(job, folder_.job(job.job));
    MutexLock lock(mutex_);
    ASSIGN_OR_RETURN(const JobRecord finished,
                     jobs_.Update(job.job, [&](JobRecord& row) {
                       decide(row);
                       return absl::OkStatus();
                     }));
    hub_.Post(job.job, finished);
  }
  return absl::OkStatus();
}

}  // namespace carousel
