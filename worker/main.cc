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
#include "absl/flags/parse.h"
#include "absl/flags/usage.h"
#include "worker/worker_process.h"

int main(int argc, char** argv) {
  absl::SetProgramUsageMessage(
      "Trains one model. Started by carouseld, which talks to it through a "
      "socket at descriptor 3.");
  absl::ParseCommandLine(argc, argv);
  return carousel::RunWorkerProcess(/*wrap=*/nullptr);
}
