#include "server/watch_call.h"

#include <utility>
#include <variant>

#include "absl/status/statusor.h"
#include "core/base/error_details.h"
#include "server/common_translation.h"
#include "server/training_translation.h"

namespace carousel {

WatchCall::WatchCall(const absl::Status& admitted,
                     grpc::CallbackServerContext& context,
                     const v1::WatchTrainingJobRequest& request,
                     JobRunner& runner, Executor& executor)
    : job_(request.job()),
      after_epoch_(request.after_epoch()),
      end_(context),
      runner_(runner),
      executor_(executor) {
  if (admitted.ok()) {
    executor_.Run([this] { Subscribe(); });
    return;
  }
  MutexLock lock(mutex_);
  subscribed_ = true;
  over_ = true;
  final_status_ = admitted;
  Proceed();
}

void WatchCall::Subscribe() {
  const absl::StatusOr<std::int64_t> watch = runner_.Watch(
      job_, after_epoch_, [this](const JobEvent& event) { OnEvent(event); });
  MutexLock lock(mutex_);
  subscribed_ = true;
  if (watch.ok()) {
    watch_ = *watch;
  } else {
    over_ = true;
    final_status_ = watch.status();
  }
  Proceed();
}

void WatchCall::OnEvent(const JobEvent& event) {
  MutexLock lock(mutex_);
  if (over_) return;
  if (const auto* job = std::get_if<JobRecord>(&event)) {
    OnJobOver(*job);
  } else if (const auto* epoch = std::get_if<EpochRecord>(&event)) {
    *waiting_.emplace_back().mutable_epoch() = ToProto(*epoch);
  } else if (const auto* progress = std::get_if<JobProgress>(&event)) {
    DropLastProgress();
    *waiting_.emplace_back().mutable_progress() = ToProto(*progress);
  } else {
    DropLastProgress();
    DropLastStage();
    waiting_.emplace_back().set_stage(
        EscapeUnlessUtf8(std::get<WorkerStage>(event).stage));
  }
  Proceed();
}

void WatchCall::DropLastProgress() {
  if (!waiting_.empty() && waiting_.back().has_progress()) waiting_.pop_back();
}

void WatchCall::DropLastStage() {
  if (!waiting_.empty() &&
      waiting_.back().event_case() == v1::WatchTrainingJobResponse::kStage) {
    waiting_.pop_back();
  }
}

void WatchCall::OnJobOver(const JobRecord& job) {
  over_ = true;
  if (IsTerminal(job.state)) {
    *waiting_.emplace_back().mutable_job() = ToProto(job, JobOutlook());
  } else {
    final_status_ = WithReason(
        absl::UnavailableError("the server is shutting down; the job goes on "
                               "when it is back"),
        "DRAINING");
  }
}

void WatchCall::Proceed() {
  if (writing_ || finished_) return;
  if (!waiting_.empty()) {
    current_ = std::move(waiting_.front());
    waiting_.pop_front();
    writing_ = true;
    StartWrite(&current_);
  } else if (over_ && subscribed_) {
    finished_ = true;
    Finish(end_.Conclude(final_status_));
  }
}

void WatchCall::OnWriteDone(bool ok) {
  MutexLock lock(mutex_);
  writing_ = false;
  if (!ok) WatcherLeft();
  Proceed();
}

void WatchCall::OnCancel() {
  MutexLock lock(mutex_);
  WatcherLeft();
  Proceed();
}

void WatchCall::WatcherLeft() {
  final_status_ = absl::CancelledError("the watcher left");
  over_ = true;
  waiting_.clear();
}

void WatchCall::OnDone() {
  // The runner may be inside OnEvent; Unwatch waits for that.
  executor_.Run([this] {
    std::int64_t watch = 0;
    {
      MutexLock lock(mutex_);
      watch = watch_;
    }
    if (watch != 0) runner_.Unwatch(watch);
    delete this;
  });
}

}  // namespace carousel
