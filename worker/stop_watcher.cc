#include "worker/stop_watcher.h"

#include <poll.h>
#include <signal.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"

namespace carousel {
namespace {

sigset_t StopSignals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

}  // namespace

void HoldStopSignals() {
  const sigset_t signals = StopSignals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // It tells the server to read its keys again; whoever sends it to all
  // processes of the service means no worker.
  signal(SIGHUP, SIG_IGN);
}

absl::StatusOr<std::unique_ptr<StopWatcher>> StopWatcher::Create(
    int socket, std::stop_source stop) {
  const sigset_t stop_signals = StopSignals();
  UniqueFd signals(signalfd(-1, &stop_signals, SFD_CLOEXEC));
  UniqueFd end(eventfd(0, EFD_CLOEXEC));
  if (signals.get() < 0 || end.get() < 0) {
    return absl::InternalError(
        absl::StrCat("cannot wait for a stop: ", std::strerror(errno)));
  }
  return std::unique_ptr<StopWatcher>(new StopWatcher(
      socket, std::move(signals), std::move(end), std::move(stop)));
}

StopWatcher::StopWatcher(int socket, UniqueFd signals, UniqueFd end,
                         std::stop_source stop)
    : socket_(socket),
      signals_(std::move(signals)),
      end_(std::move(end)),
      stop_(std::move(stop)),
      thread_([this] { Watch(); }) {}

StopWatcher::~StopWatcher() {
  eventfd_write(end_.get(), 1);
  thread_.join();
}

void StopWatcher::Watch() {
  // Nothing more is sent to a worker: a socket that can be read has ended.
  std::array<pollfd, 3> sources = {{{socket_, POLLIN, 0},
                                    {signals_.get(), POLLIN, 0},
                                    {end_.get(), POLLIN, 0}}};
  while (poll(sources.data(), sources.size(), -1) == -1 && errno == EINTR) {
  }
  if (sources[2].revents == 0) stop_.request_stop();
}

}  // namespace carousel
