// A worker that does what its assignment's hyper-parameters say, one command a
// line, instead of training.
#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <set>
#include <sstream>
#include <string>

#include "carousel/worker/v1/worker.pb.h"
#include "worker/spawn.h"
#include "worker/wire.h"

namespace carousel {
namespace {

void Write(const worker::v1::Event& event) {
  if (!WriteMessage(kWorkerSocket, event).ok()) _exit(99);
}

void Fail(const std::string& reason) {
  worker::v1::Event event;
  event.mutable_failed()->set_reason(reason);
  Write(event);
}

void WriteBytes(const std::string& bytes) {
  if (send(kWorkerSocket, bytes.data(), bytes.size(), MSG_NOSIGNAL) < 0) {
    _exit(99);
  }
}

// Returns when the other end has closed its direction.
void AwaitEndOfInput() {
  char byte;
  while (read(kWorkerSocket, &byte, 1) > 0) {
  }
}

// What it was born with: descriptors, signals that are ignored or blocked, its
// process group.
std::string Inheritance() {
  std::set<int> descriptors;
  DIR* folder = opendir("/proc/self/fd");
  while (const dirent* entry = readdir(folder)) {
    if (entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(folder)) {
      descriptors.insert(atoi(entry->d_name));
    }
  }
  closedir(folder);
  std::ostringstream report;
  report << "descriptors";
  for (const int descriptor : descriptors) report << " " << descriptor;
  sigset_t blocked;
  sigprocmask(SIG_BLOCK, nullptr, &blocked);
  for (int signal = 1; signal < NSIG; ++signal) {
    struct sigaction action;
    if (sigismember(&blocked, signal) == 1) report << ", blocked " << signal;
    if (sigaction(signal, nullptr, &action) == 0 &&
        action.sa_handler == SIG_IGN) {
      report << ", ignored " << signal;
    }
  }
  report << (getpgrp() == getpid() ? ", its own group" : ", another's group");
  return report.str();
}

void Obey(const std::string& command, const std::string& argument,
          const worker::v1::Assignment& assignment) {
  worker::v1::Event event;
  if (command == "stage") {
    event.mutable_stage()->set_stage(argument);
    Write(event);
  } else if (command == "progress") {
    event.mutable_progress()->set_batch(std::stoi(argument));
    Write(event);
  } else if (command == "epoch") {
    event.mutable_epoch()->set_epoch(std::stoi(argument));
    Write(event);
  } else if (command == "done") {
    event.mutable_done()->set_model_folder(argument);
    Write(event);
  } else if (command == "failed") {
    Fail(argument);
  } else if (command == "stopped") {
    event.mutable_stopped();
    Write(event);
  } else if (command == "nothing") {
    Write(event);
  } else if (command == "bytes") {
    WriteBytes(argument);
  } else if (command == "print") {
    printf("out %s\n", argument.c_str());
    fflush(stdout);
    fprintf(stderr, "err %s\n", argument.c_str());
  } else if (command == "echo") {
    Fail(assignment.ShortDebugString());
  } else if (command == "inheritance") {
    Fail(Inheritance());
  } else if (command == "environment") {
    const char* value = getenv(argument.c_str());
    Fail(value == nullptr ? "nothing" : value);
  } else if (command == "await") {
    AwaitEndOfInput();
  } else if (command == "hang") {
    for (;;) pause();
  } else if (command == "signal") {
    raise(std::stoi(argument));
  } else if (command == "exit") {
    _exit(std::stoi(argument));
  } else {
    _exit(98);
  }
}

}  // namespace
}  // namespace carousel

int main() {
  carousel::worker::v1::Assignment assignment;
  const auto is_there =
      carousel::ReadMessage(carousel::kWorkerSocket, assignment);
  if (!is_there.ok() || !*is_there) return 97;
  std::istringstream script(assignment.hyperparameters());
  for (std::string line; std::getline(script, line);) {
    const std::size_t space = line.find(' ');
    carousel::Obey(line.substr(0, space),
                   space == std::string::npos ? "" : line.substr(space + 1),
                   assignment);
  }
  return 0;
}
