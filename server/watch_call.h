// A WatchTrainingJob stream: from the job runner's events to a slow client.
#ifndef CAROUSEL_SERVER_WATCH_CALL_H_
#define CAROUSEL_SERVER_WATCH_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <cstdint>
#include <deque>
#include <string>

#include "absl/status/status.h"
#include "carousel/v1/training.pb.h"
#include "core/base/executor.h"
#include "core/base/mutex.h"
#include "core/jobs/job_runner.h"
#include "server/call_end.h"

namespace carousel {

// What waits to be written: every epoch (a job has at most 10,000), and of
// progress and stages only the newest. Deletes itself once gRPC is done with it
// and the runner knows it no more.
class WatchCall final
    : public grpc::ServerWriteReactor<v1::WatchTrainingJobResponse> {
 public:
  // Nothing is owned. Subscribing reads the catalogue, so it happens on
  // `executor`. A call that is not `admitted` ends with that status.
  WatchCall(const absl::Status& admitted, grpc::CallbackServerContext& context,
            const v1::WatchTrainingJobRequest& request, JobRunner& runner,
            Executor& executor);

 private:
  void Subscribe() EXCLUDES(mutex_);
  void OnEvent(const JobEvent& event) EXCLUDES(mutex_);
  void OnJobOver(const JobRecord& job) REQUIRES(mutex_);
  // Takes back what has not been written and is no news any more.
  void DropLastProgress() REQUIRES(mutex_);
  void DropLastStage() REQUIRES(mutex_);
  // Whatever would come is for nobody.
  void WatcherLeft() REQUIRES(mutex_);
  // Does what can be done now: the next write, or the end.
  void Proceed() REQUIRES(mutex_);

  void OnWriteDone(bool ok) override EXCLUDES(mutex_);
  void OnCancel() override EXCLUDES(mutex_);
  void OnDone() override;

  const std::string job_;
  const std::int64_t after_epoch_;
  CallEnd end_;
  JobRunner& runner_;
  Executor& executor_;

  Mutex mutex_;
  // Nothing is finished before it is known whether there is a subscription to
  // take back.
  bool subscribed_ GUARDED_BY(mutex_) = false;
  std::int64_t watch_ GUARDED_BY(mutex_) = 0;  // 0: none
  bool writing_ GUARDED_BY(mutex_) = false;
  bool finished_ GUARDED_BY(mutex_) = false;
  bool over_ GUARDED_BY(mutex_) = false;  // no more events
  absl::Status final_status_ GUARDED_BY(mutex_);
  std::deque<v1::WatchTrainingJobResponse> waiting_ GUARDED_BY(mutex_);
  v1::WatchTrainingJobResponse current_ GUARDED_BY(mutex_);
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_WATCH_CALL_H_
