// How a worker process is started.
#ifndef CAROUSEL_WORKER_SPAWN_H_
#define CAROUSEL_WORKER_SPAWN_H_

#include <sys/types.h>

#include <filesystem>

#include "absl/status/statusor.h"
#include "worker/unique_fd.h"

namespace carousel {

// The worker's end of the socket to the server. Not standard input and output,
// so that a library that prints cannot break the conversation.
inline constexpr int kWorkerSocket = 3;

struct SpawnedWorker {
  pid_t pid = 0;
  UniqueFd socket;  // the server's end
};

// Starts `binary` with the socket as descriptor 3, no standard input, standard
// output and error appended to `log`, and nothing else of ours: no other
// descriptor, no ignored or blocked signal, and a process group of its own, so
// that Ctrl-C at a terminal reaches the server alone. The environment is ours;
// where it does not say how OpenMP waits, its threads soon sleep. NOT_FOUND or
// PERMISSION_DENIED naming the binary when it cannot be run.
absl::StatusOr<SpawnedWorker> SpawnWorker(const std::filesystem::path& binary,
                                          const std::filesystem::path& log);

}  // namespace carousel

#endif  // CAROUSEL_WORKER_SPAWN_H_
