// carousel jobs list, get, watch, cancel, resume, delete
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/job_output.h"
#include "client/cli/json_output.h"
#include "client/cli/number_option.h"
#include "client/cli/watch.h"
#include "core/base/status_macros.h"

namespace carousel::client {
namespace {

absl::StatusOr<ExitCode> ListJobs(const std::string& state, std::int64_t limit,
                                  Session& session) {
  auto wanted = v1::TrainingJob::STATE_UNSPECIFIED;
  if (!state.empty()) {
    v1::TrainingJob::State_Parse(
        absl::StrCat("STATE_", absl::AsciiStrToUpper(state)), &wanted);
  }
  ASSIGN_OR_RETURN(
      const std::vector<v1::TrainingJob> jobs,
      session.client().ListTrainingJobs(wanted, limit, session.ShortCall()));
  if (session.json()) {
    session.PrintJson(ListToJson("jobs", jobs));
  } else if (jobs.empty()) {
    session.console().Message(
        state.empty()
            ? "no jobs"
            : absl::StrCat("no ", absl::AsciiStrToLower(state), " jobs"));
  } else {
    PrintJobTable(jobs, session.console().out());
  }
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> GetJob(const std::string& id, Session& session) {
  ASSIGN_OR_RETURN(const v1::TrainingJob job,
                   session.client().GetTrainingJob(id, session.ShortCall()));
  PrintJob(job, session, JobDetail::kAll);
  if (session.json() || job.epoch() == 0) return ExitCode::kDone;
  ASSIGN_OR_RETURN(const std::vector<v1::Epoch> epochs,
                   session.client().ListEpochs(id, session.ShortCall()));
  std::ostream& out = session.console().out();
  out << '\n';
  PrintEpochTitles(out);
  for (const v1::Epoch& epoch : epochs) PrintEpoch(epoch, out);
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> CancelJob(const std::string& id, Session& session) {
  ASSIGN_OR_RETURN(const v1::TrainingJob job,
                   session.client().CancelTrainingJob(id, session.ShortCall()));
  PrintJob(job, session);
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> ResumeJob(const std::string& id, Session& session) {
  ASSIGN_OR_RETURN(const v1::TrainingJob job,
                   session.client().ResumeTrainingJob(id, session.ShortCall()));
  PrintJob(job, session);
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> DeleteJob(const std::string& id, Session& session) {
  RETURN_IF_ERROR(session.client().DeleteTrainingJob(id, session.ShortCall()));
  if (session.json()) {
    session.PrintJson({{"job", id}, {"deleted", true}});
  } else {
    session.console().out() << "Deleted " << id << ".\n";
  }
  return ExitCode::kDone;
}

// A command whose one argument is the id of a job.
void AddJobCommand(CommandLine& line, CLI::App& group, const CommandHelp& help,
                   absl::StatusOr<ExitCode> (*action)(const std::string&,
                                                      Session&)) {
  auto job = std::make_shared<std::string>();
  CLI::App& command = line.AddCommand(
      group, help,
      [job, action](Session& session) { return action(*job, session); });
  command.add_option("JOB", *job, "The job's id")->required();
}

}  // namespace

void AddJobsList(CommandLine& line, CLI::App& group) {
  struct Arguments {
    std::string state;
    std::optional<std::int64_t> limit;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App& command =
      line.AddCommand(group,
                      {.name = "list",
                       .description = "List jobs, the newest first",
                       .example = "carousel jobs list --state=running"},
                      [arguments](Session& session) {
                        return ListJobs(arguments->state,
                                        arguments->limit.value_or(0), session);
                      });
  AddNotNegative(command, "--limit", arguments->limit,
                 "The newest so many only (default, and 0: all)");
  command.add_option("--state", arguments->state, "Only jobs in this state")
      ->check(CLI::IsMember(
          {"queued", "running", "succeeded", "failed", "cancelled"},
          CLI::ignore_case));
}

void AddJobsGet(CommandLine& line, CLI::App& group) {
  AddJobCommand(line, group,
                {.name = "get",
                 .description = "Show one job and its epochs",
                 .example = "carousel jobs get JOB"},
                GetJob);
}

void AddJobsWatch(CommandLine& line, CLI::App& group) {
  AddJobCommand(
      line, group,
      {.name = "watch",
       .description = "Follow a job to its end, past lost connections; Ctrl-C "
                      "stops watching, not the job",
       .example = "carousel jobs watch JOB --json"},
      [](const std::string& job, Session& session) {
        return Watch(job, /*was_reached=*/false, session);
      });
}

void AddJobsCancel(CommandLine& line, CLI::App& group) {
  AddJobCommand(line, group,
                {.name = "cancel",
                 .description = "Cancel a job; its checkpoint is kept",
                 .example = "carousel jobs cancel JOB"},
                CancelJob);
}

void AddJobsResume(CommandLine& line, CLI::App& group) {
  AddJobCommand(
      line, group,
      {.name = "resume",
       .description = "Queue a failed or cancelled job again; it goes "
                      "on from its checkpoint",
       .example = "carousel jobs resume JOB"},
      ResumeJob);
}

void AddJobsDelete(CommandLine& line, CLI::App& group) {
  AddJobCommand(
      line, group,
      {.name = "delete",
       .description = "Delete a job that is over, with its checkpoint, epochs "
                      "and log",
       .example = "carousel jobs delete JOB",
       .notes = "A job whose version is there stays until that is deleted."},
      DeleteJob);
}

}  // namespace carousel::client
