// carousel_worker: one training run, started by carouseld.
//
// It finds a stream socket at descriptor 3, reads one Assignment from it,
// trains, and writes Events to it (proto/carousel/worker/v1/worker.proto; each
// message behind its length as a varint). When the server closes its direction
// of the socket, or dies, the worker ends after the batch at hand; SIGTERM and
// SIGINT do the same. What it logs goes to standard error.
//
// Exit codes:
//   0  the last event said how it ended: done, failed or stopped
//   1  that could not be told: the server was gone first
//   2  there was no assignment to be had: not started by a server
#include <fcntl.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <memory>
#include <stop_token>
#include <string>

#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "carousel/worker/v1/worker.pb.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "worker/assignment_run.h"
#include "worker/event_writer.h"
#include "worker/spawn.h"
#include "worker/stop_watcher.h"
#include "worker/wire.h"

namespace carousel {
namespace {

enum ExitCode { kTold = 0, kServerGone = 1, kNoAssignment = 2 };

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

ExitCode RunWorker() {
  HoldStopSignals();
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
      RunAssignment(*assignment, events, stop.get_token());
  WriteEnd(result, stop.stop_requested(), events);
  if (events.status().ok()) return kTold;
  spdlog::warn("the server is gone");
  return kServerGone;
}

}  // namespace
}  // namespace carousel

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "Trains one model. Started by carouseld, which talks to it through a "
      "socket at descriptor 3.");
  absl::ParseCommandLine(argc, argv);
  spdlog::set_default_logger(spdlog::stderr_logger_st("worker"));
  return carousel::RunWorker();
}
