#include "client/cli/job_submission.h"

#include "absl/strings/str_cat.h"
#include "client/cli/job_output.h"
#include "client/cli/watch.h"

namespace carousel::client {

void AddJobSubmission(JobSubmission& submission, CLI::App& command) {
  command.add_option("--request_id", submission.request_id,
                     "The same id again gives the same job");
  command.add_flag("--watch", submission.watch,
                   "Watch the job to its end; Ctrl-C stops watching, not the "
                   "job");
}

absl::StatusOr<ExitCode> PrintOrWatch(const v1::TrainingJob& job,
                                      const JobSubmission& submission,
                                      Session& session) {
  if (!submission.watch) {
    PrintJob(job, session);
    return ExitCode::kDone;
  }
  session.console().Message(absl::StrCat("The job is ", job.job(), "."));
  return Watch(job.job(), /*was_reached=*/true, session);
}

}  // namespace carousel::client
