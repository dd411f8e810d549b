#include "worker/process_launcher.h"

#include <system_error>

#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/jobs/job_folder.h"
#include "worker/process_worker.h"
#include "worker/spawn.h"
#include "worker/translation.h"
#include "worker/wire.h"

namespace carousel {

absl::StatusOr<std::unique_ptr<Worker>> ProcessLauncher::Launch(
    const WorkerAssignment& assignment,
    std::function<void(const WorkerEvent&)> sink) {
  worker::v1::Assignment message = ToProto(assignment);
  message.set_engine(options_.engine);
  message.set_device(options_.device);
  message.set_threads(options_.threads);
  if (options_.log != nullptr) {
    message.set_log_format(std::string(ToString(options_.log->format())));
    message.set_log_level(std::string(ToString(options_.log->level())));
  }
  ASSIGN_OR_RETURN(
      SpawnedWorker process,
      SpawnWorker(options_.worker_binary, assignment.job_folder / kWorkerLog));
  const int socket = process.socket.get();
  std::unique_ptr<ProcessWorker> worker;
  try {
    worker =
        std::make_unique<ProcessWorker>(std::move(process), std::move(sink));
  } catch (const std::system_error& error) {
    return absl::UnavailableError(
        absl::StrCat("cannot follow a worker: ", error.what()));
  }
  // A worker that cannot be told is dead, or as good as dead; its exit, which
  // the sink hears of, says more than the failed write.
  if (!WriteMessage(socket, message).ok()) worker->Kill();
  return worker;
}

}  // namespace carousel
