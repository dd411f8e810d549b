// carousel: the command line of Carousel.
#include <grpc/support/log.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <iostream>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "client/cli/cli.h"
#include "client/cli/environment.h"
#include "client/waiter.h"
#include "core/base/clock.h"

namespace {

// How long a command has to end after Ctrl-C, before it is ended.
constexpr timespec kPatience = {.tv_sec = 3};
constexpr int kInterrupted = 130;  // what shells expect

carousel::client::TerminalSize GetTerminalSize() {
  for (const int output : {STDERR_FILENO, STDOUT_FILENO}) {
    winsize size = {};
    if (ioctl(output, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 &&
        size.ws_row > 0) {
      return {.columns = size.ws_col, .rows = size.ws_row};
    }
  }
  return {};
}

// Turns SIGINT and SIGTERM into a request to stop. To be called before any
// other thread starts, so that all of them inherit the signal mask.
void StopOnSignal(std::stop_source stop) {
  static sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::thread([stop = std::move(stop)]() mutable {
    int signal = 0;
    sigwait(&signals, &signal);
    stop.request_stop();
    // A read of standard input cannot be called off.
    sigtimedwait(&signals, nullptr, &kPatience);
    _exit(kInterrupted);
  }).detach();
}

// What matters of gRPC's own lines is in our messages; whoever asks for them
// gets them.
void QuietGrpc() {
  if (std::getenv("GRPC_VERBOSITY") != nullptr) return;
  gpr_set_log_function([](gpr_log_func_args*) {});
}

std::string Variable(const std::string& name) {
  const char* const value = std::getenv(name.c_str());
  return value == nullptr ? "" : value;
}

}  // namespace

int main(int argc, char** argv) {
  std::stop_source stop;
  StopOnSignal(stop);
  QuietGrpc();
  // C's own streams are not used; without them std::cin tells what there is to
  // read, which `carousel stream` sends at once.
  std::ios::sync_with_stdio(false);
  carousel::client::RealWaiter waiter;
  const carousel::client::Environment environment = {
      .in = std::cin,
      .out = std::cout,
      .err = std::cerr,
      .in_is_terminal = isatty(STDIN_FILENO) != 0,
      .out_is_terminal = isatty(STDOUT_FILENO) != 0,
      // One that is dumb cannot go back in a line.
      .err_is_terminal =
          isatty(STDERR_FILENO) != 0 && Variable("TERM") != "dumb",
      .terminal_size = GetTerminalSize,
      .variable = Variable,
      .stop = stop.get_token(),
      .clock = carousel::Clock::Real(),
      .waiter = waiter};
  return static_cast<int>(carousel::client::Run(
      std::vector<std::string>(argv + 1, argv + argc), environment));
}
