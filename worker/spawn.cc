#include "worker/spawn.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "core/base/files.h"
#include "core/base/status_macros.h"

namespace carousel {
namespace {

// How long GNU OpenMP's threads spin for each other before they sleep. Its own
// default is milliseconds: where another process wants a core, two threads then
// spin for one that does not run. Ten thousand rounds cost an idle machine
// nothing that could be measured, and a busy one gets its cores back.
constexpr char kSpinCount[] = "GOMP_SPINCOUNT=10000";

// Ours, and the spin count where nobody has chosen how to wait; with the null
// pointer at the end that exec wants.
std::vector<char*> WorkerEnvironment() {
  std::vector<char*> variables;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    variables.push_back(*variable);
  }
  if (std::getenv("GOMP_SPINCOUNT") == nullptr &&
      std::getenv("OMP_WAIT_POLICY") == nullptr) {
    variables.push_back(const_cast<char*>(kSpinCount));
  }
  variables.push_back(nullptr);
  return variables;
}

// posix_spawn's two descriptions of a child. glibc makes the child with
// vfork's semantics, so a large server with many threads is no obstacle.
class ChildSetup {
 public:
  ChildSetup() {
    posix_spawn_file_actions_init(&actions_);
    posix_spawnattr_init(&attributes_);
  }
  ~ChildSetup() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  ChildSetup(const ChildSetup&) = delete;
  ChildSetup& operator=(const ChildSetup&) = delete;

  // Descriptors 0 to 3, and no other. Returns an errno.
  int SetDescriptors(const std::string& log, int socket) {
    constexpr int kLogFlags = O_WRONLY | O_CREAT | O_APPEND;
    for (const int error :
         {posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null",
                                           O_RDONLY, 0),
          posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO,
                                           log.c_str(), kLogFlags, 0644),
          posix_spawn_file_actions_adddup2(&actions_, STDOUT_FILENO,
                                           STDERR_FILENO),
          posix_spawn_file_actions_adddup2(&actions_, socket, kWorkerSocket),
          posix_spawn_file_actions_addclosefrom_np(&actions_,
                                                   kWorkerSocket + 1)}) {
      if (error != 0) return error;
    }
    return 0;
  }

  // Signals as a fresh process has them, and a group of its own.
  int SetProcess() {
    sigset_t all, none;
    sigfillset(&all);
    sigemptyset(&none);
    for (const int error :
         {posix_spawnattr_setsigdefault(&attributes_, &all),
          posix_spawnattr_setsigmask(&attributes_, &none),
          posix_spawnattr_setpgroup(&attributes_, 0),
          posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSIGDEF |
                                                     POSIX_SPAWN_SETSIGMASK |
                                                     POSIX_SPAWN_SETPGROUP)}) {
      if (error != 0) return error;
    }
    return 0;
  }

  int Spawn(const std::string& binary, pid_t* pid) {
    std::array<char*, 2> arguments = {const_cast<char*>(binary.c_str()),
                                      nullptr};
    std::vector<char*> environment = WorkerEnvironment();
    return posix_spawn(pid, binary.c_str(), &actions_, &attributes_,
                       arguments.data(), environment.data());
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

// The two ends, both closed in whatever else this process starts; the second
// one above the descriptors that the child is given, which it would overwrite.
absl::StatusOr<std::array<UniqueFd, 2>> MakeSocketPair(
    const std::filesystem::path& binary) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    return ErrnoToStatus(errno, "make a socket for", binary);
  }
  UniqueFd ours(ends[0]), low(ends[1]);
  UniqueFd theirs(fcntl(low.get(), F_DUPFD_CLOEXEC, kWorkerSocket + 1));
  if (theirs.get() < 0) {
    return ErrnoToStatus(errno, "make a socket for", binary);
  }
  return std::array<UniqueFd, 2>{std::move(ours), std::move(theirs)};
}

}  // namespace

absl::StatusOr<SpawnedWorker> SpawnWorker(const std::filesystem::path& binary,
                                          const std::filesystem::path& log) {
  ASSIGN_OR_RETURN(auto ends, MakeSocketPair(binary));
  ChildSetup setup;
  SpawnedWorker worker;
  int error = setup.SetDescriptors(log.string(), ends[1].get());
  if (error == 0) error = setup.SetProcess();
  if (error == 0) error = setup.Spawn(binary.string(), &worker.pid);
  if (error != 0) return ErrnoToStatus(error, "start", binary);
  worker.socket = std::move(ends[0]);
  return worker;
}

}  // namespace carousel
