#include "client/job_watcher.h"

#include <algorithm>
#include <optional>
#include <thread>
#include <utility>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "client/call.h"
#include "client/watch_mailbox.h"

namespace carousel::client {
namespace {

constexpr absl::Duration kFirstDelay = absl::Milliseconds(250);
constexpr absl::Duration kLongestDelay = absl::Seconds(10);
// Failures in a row, other than "not reachable", that are still taken for a
// server that goes down or comes up.
constexpr int kMaxOddFailures = 5;
// Tries to reach a server that has not answered yet, eight seconds of them: it
// may just start, or it may be the wrong address.
constexpr int kMaxFirstTries = 6;

// The connections of one watch, one after another. Runs on a thread of its
// own and tells a mailbox what it reads.
class Connections {
 public:
  Connections(const Client& client, const WatchOptions& options, Waiter& waiter,
              WatchMailbox& mailbox)
      : client_(client),
        options_(options),
        waiter_(waiter),
        mailbox_(mailbox),
        last_epoch_(options.after_epoch),
        was_reached_(options.was_reached) {}

  // Connects until the job is over or there is no point in trying again.
  WatchEnd Run() {
    for (;;) {
      WatchEnd end = ReadOne();
      if (end.ok()) return end;
      if (options_.call.stop.stop_requested()) {
        return absl::CancelledError("interrupted");
      }
      if (!IsWorthRepeating(end.status())) return end;
      if (absl::Now() >= options_.call.deadline) {
        return absl::DeadlineExceededError(absl::StrCat(
            "the time given is over; last, ", end.status().message()));
      }
      mailbox_.Put(ConnectionLost{end.status(), delay_});
      waiter_.Wait(std::min(delay_, options_.call.deadline - absl::Now()),
                   options_.call.stop);
      delay_ = std::min(2 * delay_, kLongestDelay);
    }
  }

 private:
  // One connection: the job when it is over, else why the connection ended.
  WatchEnd ReadOne() {
    CallContext context(client_, options_.call);
    v1::WatchTrainingJobRequest request;
    request.set_job(options_.job);
    request.set_after_epoch(last_epoch_);
    const auto reader =
        client_.training_stub().WatchTrainingJob(context.get(), request);
    v1::WatchTrainingJobResponse response;
    std::optional<v1::TrainingJob> job;
    while (reader->Read(&response)) {
      delay_ = kFirstDelay;
      odd_failures_ = 0;
      was_reached_ = true;
      if (response.has_job()) job = std::move(*response.mutable_job());
      Tell(response);
    }
    const absl::Status status = client_.ToStatus(reader->Finish());
    if (job.has_value()) return *std::move(job);
    if (!status.ok()) return status;
    return absl::AbortedError(absl::StrCat("the server at ", client_.address(),
                                           " ended the watch early"));
  }

  void Tell(v1::WatchTrainingJobResponse& response) {
    if (response.has_progress()) {
      mailbox_.Put(std::move(*response.mutable_progress()));
    } else if (!response.stage().empty()) {
      mailbox_.Put(WatchStage{response.stage()});
    } else if (response.has_epoch() && response.epoch().epoch() > last_epoch_) {
      last_epoch_ = response.epoch().epoch();
      mailbox_.Put(std::move(*response.mutable_epoch()));
    }
  }

  bool IsWorthRepeating(const absl::Status& status) {
    switch (status.code()) {
      case absl::StatusCode::kUnavailable:
        return was_reached_ ||
               options_.call.deadline != absl::InfiniteFuture() ||
               ++first_tries_ < kMaxFirstTries;
      // What a call can come to while a server stops or starts.
      case absl::StatusCode::kAborted:
      case absl::StatusCode::kCancelled:
      case absl::StatusCode::kInternal:
      case absl::StatusCode::kResourceExhausted:
      case absl::StatusCode::kUnknown:
        return ++odd_failures_ <= kMaxOddFailures;
      default:
        return false;
    }
  }

  const Client& client_;
  const WatchOptions& options_;
  Waiter& waiter_;
  WatchMailbox& mailbox_;
  std::int64_t last_epoch_;
  absl::Duration delay_ = kFirstDelay;
  int odd_failures_ = 0;
  bool was_reached_;
  int first_tries_ = 0;
};

}  // namespace

absl::StatusOr<v1::TrainingJob> WatchJob(const Client& client,
                                         const WatchOptions& options,
                                         Waiter& waiter,
                                         WatchObserver& observer) {
  WatchMailbox mailbox;
  const std::jthread reader([&] {
    Connections connections(client, options, waiter, mailbox);
    mailbox.Put(connections.Run());
  });
  for (;;) {
    WatchEvent event = mailbox.Take();
    if (const auto* epoch = std::get_if<v1::Epoch>(&event)) {
      observer.OnEpoch(*epoch);
    } else if (const auto* progress =
                   std::get_if<v1::TrainingProgress>(&event)) {
      observer.OnProgress(*progress);
    } else if (const auto* stage = std::get_if<WatchStage>(&event)) {
      observer.OnStage(stage->name);
    } else if (const auto* lost = std::get_if<ConnectionLost>(&event)) {
      observer.OnLost(lost->why, lost->delay);
    } else {
      return std::get<WatchEnd>(std::move(event));
    }
  }
}

}  // namespace carousel::client
