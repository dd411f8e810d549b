// Watching a job on the console.
#ifndef CAROUSEL_CLIENT_CLI_WATCH_H_
#define CAROUSEL_CLIENT_CLI_WATCH_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/cli/exit_code.h"
#include "client/cli/session.h"

namespace carousel::client {

// Says so if the job waits in the queue, prints its epochs as they come, then
// the job. `was_reached` as WatchOptions has it. kJobFailed when it did not
// succeed; an error when the watch ended before the job did, which says how to
// go on watching.
absl::StatusOr<ExitCode> Watch(const std::string& job, bool was_reached,
                               Session& session);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_WATCH_H_
