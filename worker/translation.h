// Between core's view of a worker and the messages on its socket.
#ifndef CAROUSEL_WORKER_TRANSLATION_H_
#define CAROUSEL_WORKER_TRANSLATION_H_

#include <optional>

#include "carousel/worker/v1/worker.pb.h"
#include "core/jobs/worker.h"

namespace carousel {

// All but what the launcher knows: engine, device, threads, how to log.
worker::v1::Assignment ToProto(const WorkerAssignment& assignment);

// Nothing for Stopped, which is no event of its own to core (the exit that
// follows is clean), and for a message without content.
std::optional<WorkerEvent> FromProto(const worker::v1::Event& event);

}  // namespace carousel

#endif  // CAROUSEL_WORKER_TRANSLATION_H_
