#include "server/retention_runner.h"

namespace carousel {

void RetentionRunner::Schedule() {
  if (retention_.policy().KeepsAll()) return;
  schedule_([this] { Apply(); });
}

void RetentionRunner::Apply() {
  const absl::Status status = retention_.Apply([this](std::string_view what) {
    log_.Info("retention_removed", {{"what", what}});
  });
  if (!status.ok()) {
    log_.Error("retention_failed", {{"error", status.ToString()}});
  }
}

void RetentionRunner::OnSlotFreed(int slot, const JobRecord& job) {
  next_.OnSlotFreed(slot, job);
  Schedule();
}

void RetentionRunner::OnSlotTaken(int slot, const JobRecord& job) {
  next_.OnSlotTaken(slot, job);
}

void RetentionRunner::OnProgress(int slot, const JobRecord& job,
                                 const WorkerProgress& progress) {
  next_.OnProgress(slot, job, progress);
}

void RetentionRunner::OnEpoch(int slot, const JobRecord& job,
                              const EpochRecord& epoch) {
  next_.OnEpoch(slot, job, epoch);
}

void RetentionRunner::OnProblem(std::string_view job,
                                const absl::Status& problem) {
  next_.OnProblem(job, problem);
}

}  // namespace carousel
