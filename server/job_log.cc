#include "server/job_log.h"

namespace carousel {

void JobLog::OnSlotTaken(int slot, const JobRecord& job) {
  log_->info("job={} model={} slot={} started epoch={} epochs={}", job.job,
             job.model, slot, job.epoch, job.epochs);
  next_.OnSlotTaken(slot, job);
}

void JobLog::OnSlotFreed(int slot, const JobRecord& job) {
  if (job.error.empty()) {
    log_->info("job={} model={} slot={} state={} epoch={}", job.job, job.model,
               slot, ToString(job.state), job.epoch);
  } else {
    log_->warn("job={} model={} slot={} state={} epoch={} error={}", job.job,
               job.model, slot, ToString(job.state), job.epoch, job.error);
  }
  next_.OnSlotFreed(slot, job);
}

void JobLog::OnProgress(int slot, const JobRecord& job,
                        const WorkerProgress& progress) {
  next_.OnProgress(slot, job, progress);
}

void JobLog::OnEpoch(int slot, const JobRecord& job, const EpochRecord& epoch) {
  log_->info(
      "job={} epoch={} train_loss={:.4f} validation_loss={:.4f} "
      "validation_accuracy={:.4f} seconds={:.1f}",
      job.job, epoch.epoch, epoch.train_loss, epoch.validation_loss,
      epoch.validation_accuracy, epoch.seconds);
  next_.OnEpoch(slot, job, epoch);
}

void JobLog::OnProblem(std::string_view job, const absl::Status& problem) {
  log_->error("job={} problem={}", job, problem.ToString());
  next_.OnProblem(job, problem);
}

}  // namespace carousel
