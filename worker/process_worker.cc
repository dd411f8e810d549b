#include "worker/process_worker.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <cerrno>
#include <cstring>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "carousel/worker/v1/worker.pb.h"
#include "core/base/status_macros.h"
#include "worker/translation.h"
#include "worker/wire.h"

namespace carousel {

std::string DescribeExit(int wait_status) {
  if (WIFSIGNALED(wait_status)) {
    const int signal = WTERMSIG(wait_status);
    const char* name = sigabbrev_np(signal);
    return absl::StrCat(
        "killed by signal ", signal,
        name == nullptr ? "" : absl::StrCat(" (SIG", name, ")"));
  }
  return absl::StrCat("exited with status ", WEXITSTATUS(wait_status));
}

ProcessWorker::ProcessWorker(SpawnedWorker process,
                             std::function<void(const WorkerEvent&)> sink)
    : pid_(process.pid),
      socket_(std::move(process.socket)),
      sink_(std::move(sink)) {
  try {
    reader_ = std::thread([this] { Read(); });
  } catch (...) {
    // Nobody would follow it, and nobody would reap it.
    Kill();
    Reap();
    throw;
  }
}

ProcessWorker::~ProcessWorker() {
  Kill();
  reader_.join();
}

void ProcessWorker::RequestStop() { shutdown(socket_.get(), SHUT_WR); }

void ProcessWorker::Kill() {
  MutexLock lock(mutex_);
  if (!reaped_) kill(pid_, SIGKILL);
}

void ProcessWorker::Read() {
  const absl::StatusOr<bool> told = PassEvents();
  // What does not speak the language cannot be followed any further. (One that
  // was killed within a message is dead already.)
  if (!told.ok()) Kill();
  const int status = Reap();
  WorkerExited exited;
  exited.clean =
      told.ok() && *told && WIFEXITED(status) && WEXITSTATUS(status) == 0;
  exited.description = DescribeExit(status);
  if (!told.ok()) {
    absl::StrAppend(&exited.description,
                    "; of its last message: ", told.status().message());
  } else if (!*told) {
    absl::StrAppend(&exited.description,
                    " without saying how the training ended");
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL) {
      absl::StrAppend(&exited.description,
                      "; the kernel does that when memory runs out");
    }
  }
  sink_(exited);
}

absl::StatusOr<bool> ProcessWorker::PassEvents() {
  bool told = false;
  for (;;) {
    worker::v1::Event message;
    ASSIGN_OR_RETURN(const bool is_there, ReadMessage(socket_.get(), message));
    if (!is_there) return told;
    if (message.event_case() == worker::v1::Event::EVENT_NOT_SET) {
      return absl::DataLossError("an event without content");
    }
    told = told || message.has_done() || message.has_failed() ||
           message.has_stopped();
    if (const std::optional<WorkerEvent> event = FromProto(message)) {
      sink_(*event);
    }
  }
}

int ProcessWorker::Reap() {
  // First a wait that leaves the zombie, and with it the process id, so that
  // Kill() never meets another process.
  siginfo_t info;
  while (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) ==
             -1 &&
         errno == EINTR) {
  }
  MutexLock lock(mutex_);
  int status = 0;
  while (waitpid(pid_, &status, 0) == -1 && errno == EINTR) {
  }
  reaped_ = true;
  return status;
}

}  // namespace carousel
