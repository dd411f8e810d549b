// What a worker process does from its start to its end.
#ifndef CAROUSEL_WORKER_WORKER_PROCESS_H_
#define CAROUSEL_WORKER_WORKER_PROCESS_H_

#include <functional>
#include <memory>
#include <stop_token>

#include "carousel/worker/v1/worker.pb.h"
#include "core/train/progress.h"

namespace carousel {

enum WorkerExitCode {
  kTold = 0,          // the last event said how it ended
  kServerGone = 1,    // that could not be told: the server was gone first
  kNoAssignment = 2,  // not started by a server
};

// Puts something of its own between a run and `events`, which tells the server:
// a test that wants a worker to die at a certain point.
using ObserverWrapper = std::function<std::unique_ptr<TrainingObserver>(
    const worker::v1::Assignment& assignment, TrainingObserver& events,
    const std::stop_token& stop)>;

// Reads one Assignment from descriptor 3, trains, and writes Events to it. To
// be called first thing, while there is one thread: it makes this process yield
// to the server's, and holds SIGTERM and SIGINT for the stop. `wrap` may be
// null.
WorkerExitCode RunWorkerProcess(const ObserverWrapper& wrap);

}  // namespace carousel

#endif  // CAROUSEL_WORKER_WORKER_PROCESS_H_
