#include "worker/worker_process.h"

#include <fcntl.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "worker/assignment_run.h"
#include "worker/event_writer.h"
#include "worker/spawn.h"
#include "worker/stop_watcher.h"
#include "worker/wire.h"

namespace carousel {
namespace {

// Training takes hours either way; somebody waits for an answer. Not nicer:
// beside other work a worker should still get a quarter of a core, since its
// threads wait for each other.
constexpr int kNiceness = 5;

absl::StatusOr<worker::v1::Assignment> ReadAssignment(int socket) {
  // Programs that a library starts have no business with it.
  if (fcntl(socket, F_SETFD, FD_CLOEXEC) == -1) {
    return absl::FailedPreconditionError(
        "there is no socket at descriptor 3: carouseld starts this program");
  }
  worker::v1::Assignment assignment;
  ASSIGN_OR_RETURN(const bool is_there, ReadMessage(socket, assignment));
  if (!is_there) return absl::UnavailableError("the server sent no assignment");
  return assignment;
}

// Tells how the run ended.
void WriteEnd(const absl::StatusOr<TrainingRunResult>& result,
              bool stop_requested, EventWriter& events) {
  if (result.ok()) {
    spdlog::info("done, best epoch {}", result->best_epoch);
    events.WriteDone(*result);
  } else if (stop_requested && absl::IsCancelled(result.status())) {
    spdlog::info("stopped");
    events.WriteStopped();
  } else {
    spdlog::error("failed: {}", result.status().ToString());
    events.WriteFailed(result.status());
  }
}

absl::StatusOr<TrainingRunResult> Train(
    const worker::v1::Assignment& assignment, const ObserverWrapper& wrap,
    EventWriter& events, const std::stop_token& stop) {
  if (!wrap) return RunAssignment(assignment, events, stop);
  const std::unique_ptr<TrainingObserver> observer =
      wrap(assignment, events, stop);
  return RunAssignment(assignment, *observer, stop);
}

}  // namespace

WorkerExitCode RunWorkerProcess(const ObserverWrapper& wrap) {
  HoldStopSignals();
  // It can only fail to lower one's claim by being at the bottom already.
  [[maybe_unused]] const int niceness = nice(kNiceness);
  const absl::StatusOr<worker::v1::Assignment> assignment =
      ReadAssignment(kWorkerSocket);
  if (!assignment.ok()) {
    spdlog::error("{}", ToStdView(assignment.status().message()));
    return kNoAssignment;
  }
  std::stop_source stop;
  const auto watcher = StopWatcher::Create(kWorkerSocket, stop);
  if (!watcher.ok()) {
    spdlog::error("{}", ToStdView(watcher.status().message()));
    return kNoAssignment;
  }
  spdlog::info("{} in slot {}: {} from {} and {}", assignment->job(),
               assignment->slot(), assignment->model(), assignment->dataset(),
               assignment->vectors());
  EventWriter events(kWorkerSocket, stop);
  const absl::StatusOr<TrainingRunResult> result =
      Train(*assignment, wrap, events, stop.get_token());
  WriteEnd(result, stop.stop_requested(), events);
  if (events.status().ok()) return kTold;
  spdlog::warn("the server is gone");
  return kServerGone;
}

}  // namespace carousel
