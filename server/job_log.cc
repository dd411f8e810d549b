#include "server/job_log.h"

#include "logging/log_context.h"
#include "server/call_context.h"

namespace carousel {
namespace {

LogField Output(const JobRecord& job) {
  return job.kind == JobKind::kVectors ? LogField("vectors", job.vectors)
                                       : LogField("model", job.model);
}

}  // namespace

void JobLog::OnSlotTaken(int slot, const JobRecord& job) {
  const ScopedLogContext scope(LogContextOf(job.origin));
  log_.Info("job_started", {{"job", job.job},
                            Output(job),
                            {"slot", slot},
                            {"epoch", job.epoch},
                            {"epochs", job.epochs}});
  next_.OnSlotTaken(slot, job);
}

void JobLog::OnSlotFreed(int slot, const JobRecord& job) {
  const ScopedLogContext scope(LogContextOf(job.origin));
  const LogField id("job", job.job);
  const LogField output = Output(job);
  const LogField where("slot", slot);
  const LogField state("state", ToString(job.state));
  const LogField epoch("epoch", job.epoch);
  if (job.error.empty()) {
    log_.Info("job_ended", {id, output, where, state, epoch});
  } else {
    log_.Warn("job_ended",
              {id, output, where, state, epoch, {"error", job.error}});
  }
  next_.OnSlotFreed(slot, job);
}

void JobLog::OnProgress(int slot, const JobRecord& job,
                        const WorkerProgress& progress) {
  next_.OnProgress(slot, job, progress);
}

void JobLog::OnEpoch(int slot, const JobRecord& job, const EpochRecord& epoch) {
  const ScopedLogContext scope(LogContextOf(job.origin));
  const LogField id("job", job.job);
  const LogField number("epoch", epoch.epoch);
  const LogField loss("train_loss", epoch.train_loss);
  const LogField seconds("seconds", epoch.seconds);
  if (job.kind == JobKind::kVectors) {
    log_.Info("epoch", {id, number, loss, seconds});
  } else {
    log_.Info("epoch", {id,
                        number,
                        loss,
                        {"validation_loss", epoch.validation_loss},
                        {"validation_accuracy", epoch.validation_accuracy},
                        seconds});
  }
  next_.OnEpoch(slot, job, epoch);
}

void JobLog::OnProblem(std::string_view job, const absl::Status& problem) {
  log_.Error("job_problem", {{"job", job}, {"error", problem.ToString()}});
  next_.OnProblem(job, problem);
}

}  // namespace carousel
