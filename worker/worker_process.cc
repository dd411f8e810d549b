#include "worker/worker_process.h"

#include <fcntl.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <unistd.h>

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "logging/event_log.h"
#include "logging/log_context.h"
#include "worker/assignment_run.h"
#include "worker/event_writer.h"
#include "worker/run_log.h"
#include "worker/spawn.h"
#include "worker/stop_watcher.h"
#include "worker/wire.h"

namespace carousel {
namespace {

// Training takes hours either way; somebody waits for an answer. Not nicer:
// beside other work a worker should still get a quarter of a core, since its
// threads wait for each other.
constexpr int kNiceness = 5;

spdlog::sink_ptr MakeLogSink() {
  return std::make_shared<spdlog::sinks::stderr_sink_mt>();
}

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

// Without an assignment there is no job whose lines these would be, and nobody
// who says how to write them.
WorkerExitCode FailWithoutAssignment(const absl::Status& status) {
  EventLog(LogFormat::kText, LogLevel::info, MakeLogSink())
      .Error("no_assignment", {{"error", ToStdView(status.message())}});
  return kNoAssignment;
}

// As the server logs.
EventLog MakeLog(const worker::v1::Assignment& assignment) {
  return EventLog(ParseLogFormat("log_format", assignment.log_format())
                      .value_or(LogFormat::kText),
                  ParseLogLevel("log_level", assignment.log_level())
                      .value_or(LogLevel::info),
                  MakeLogSink());
}

std::shared_ptr<const LogContext> LogContextOf(
    const worker::v1::Assignment& assignment) {
  LogContext context =
      MakeLogContext(assignment.request_id(), assignment.traceparent());
  context.job = assignment.job();
  return std::make_shared<const LogContext>(std::move(context));
}

// Tells how the run ended.
void WriteEnd(const absl::StatusOr<TrainingRunResult>& result,
              bool stop_requested, const EventLog& log, EventWriter& events) {
  if (result.ok()) {
    log.Info("done", {{"best_epoch", result->best_epoch}});
    events.WriteDone(*result);
  } else if (stop_requested && absl::IsCancelled(result.status())) {
    log.Info("stopped", {});
    events.WriteStopped();
  } else {
    log.Error("failed", {{"error", result.status().ToString()}});
    events.WriteFailed(result.status());
  }
}

absl::StatusOr<TrainingRunResult> Train(
    const worker::v1::Assignment& assignment, const ObserverWrapper& wrap,
    TrainingObserver& events, const std::stop_token& stop) {
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
  if (!assignment.ok()) return FailWithoutAssignment(assignment.status());
  std::stop_source stop;
  const auto watcher = StopWatcher::Create(kWorkerSocket, stop);
  if (!watcher.ok()) return FailWithoutAssignment(watcher.status());
  const EventLog log = MakeLog(*assignment);
  const ScopedLogContext scope(LogContextOf(*assignment));
  log.Info("started", {{"slot", assignment->slot()},
                       {"model", assignment->model()},
                       {"dataset", assignment->dataset()},
                       {"vectors", assignment->vectors()}});
  EventWriter events(kWorkerSocket, stop);
  RunLog run_log(log, events);
  const absl::StatusOr<TrainingRunResult> result =
      Train(*assignment, wrap, run_log, stop.get_token());
  WriteEnd(result, stop.stop_requested(), log, events);
  if (events.status().ok()) return kTold;
  log.Warn("server_gone", {});
  return kServerGone;
}

}  // namespace carousel
