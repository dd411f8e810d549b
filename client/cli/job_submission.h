// What all commands that queue a job have in common.
#ifndef CAROUSEL_CLIENT_CLI_JOB_SUBMISSION_H_
#define CAROUSEL_CLIENT_CLI_JOB_SUBMISSION_H_

#include <string>

#include "absl/status/statusor.h"
#include "carousel/v1/training.pb.h"
#include "client/cli/command_line.h"
#include "client/cli/exit_code.h"
#include "client/cli/session.h"

namespace carousel::client {

struct JobSubmission {
  std::string request_id;
  bool watch = false;
};

// --request_id and --watch.
void AddJobSubmission(JobSubmission& submission, CLI::App& command);

// Prints the job that was queued, or watches it to its end, as Watch does.
absl::StatusOr<ExitCode> PrintOrWatch(const v1::TrainingJob& job,
                                      const JobSubmission& submission,
                                      Session& session);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_JOB_SUBMISSION_H_
