#include "client/cli/cli.h"

#include <algorithm>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "client/cli/command_line.h"
#include "client/cli/commands.h"
#include "client/cli/complete.h"
#include "client/cli/connection.h"
#include "client/cli/error_output.h"
#include "client/cli/session.h"

namespace carousel::client {
namespace {

void AddCommands(CommandLine& line) {
  CLI::App& dataset = line.AddGroup("dataset", "Labelled texts",
                                    "carousel dataset import imdb IMDB.csv");
  AddDatasetImport(line, dataset);
  AddDatasetList(line, dataset);
  AddDatasetDescribe(line, dataset);
  AddDatasetDelete(line, dataset);
  CLI::App& vectors =
      line.AddGroup("vectors", "Word vectors",
                    "carousel vectors import glove glove.6B.100d.txt.gz");
  AddVectorsImport(line, vectors);
  AddVectorsTrain(line, vectors);
  AddVectorsList(line, vectors);
  AddVectorsDelete(line, vectors);
  AddTrain(line, line.root());
  CLI::App& jobs = line.AddGroup("jobs", "Training jobs",
                                 "carousel jobs list --state=running");
  AddJobsList(line, jobs);
  AddJobsGet(line, jobs);
  AddJobsWatch(line, jobs);
  AddJobsCancel(line, jobs);
  AddJobsResume(line, jobs);
  AddJobsDelete(line, jobs);
  AddEvaluate(line, line.root());
  AddPredict(line, line.root());
  AddStream(line, line.root());
  AddProjection(line, line.root());
  AddNeighbours(line, line.root());
  CLI::App& models =
      line.AddGroup("models", "Trained model versions", "carousel models list");
  AddModelsList(line, models);
  AddModelsGet(line, models);
  AddModelsPromote(line, models);
  AddModelsLoad(line, models);
  AddModelsUnload(line, models);
  AddModelsDelete(line, models);
  AddModelsExport(line, models);
  AddModelsImport(line, models);
  CLI::App& server =
      line.AddGroup("server", "The server itself", "carousel server info");
  AddServerInfo(line, server);
  AddServerHealth(line, server);
  CLI::App& admin = line.AddGroup("admin", "What an operator does",
                                  "carousel admin backup carousel.tar");
  AddAdminBackup(line, admin);
  AddAdminLogLevel(line, admin);
  AddCompletion(line, line.root());
}

// Arguments that make no command; `json` cannot come from a parse that failed.
ExitCode ReportUsage(const CommandLine& line, const CLI::ParseError& error,
                     bool json, const Environment& environment) {
  if (json) {
    environment.out << ErrorToJson(absl::InvalidArgumentError(error.what()))
                    << std::endl;
  }
  environment.err << "carousel: " << error.what() << "; see "
                  << line.CommandPath() << " --help" << std::endl;
  return ExitCode::kUsage;
}

ExitCode ReportError(const absl::Status& error, Session& session) {
  const absl::Status explained = Explain(error);
  if (session.json()) session.PrintJson(ErrorToJson(explained));
  session.console().Message(absl::StrCat("carousel: ", ErrorToText(explained)));
  return ToExitCode(explained);
}

absl::StatusOr<ExitCode> RunCommand(const CommandLine& line,
                                    const ClientOptions& connection,
                                    Session& session) {
  if (SendsKeyInClearText(connection)) {
    session.console().Warning(
        absl::StrCat("the key travels to ", connection.address,
                     " in clear text; --tls or --tls_ca encrypts it"));
  }
  return line.action()(session);
}

}  // namespace

ExitCode Run(const std::vector<std::string>& arguments,
             const Environment& environment) {
  CommandLine line;
  AddCommands(line);
  if (!arguments.empty() && arguments.front() == kCompleteCommand) {
    PrintCompletion(line.root(), {arguments.begin() + 1, arguments.end()},
                    environment);
    return ExitCode::kDone;
  }
  try {
    line.Parse(arguments, environment.variable(kServerVariable));
  } catch (const CLI::Success& request) {  // --help or --version
    line.root().exit(request, environment.out, environment.err);
    return ExitCode::kDone;
  } catch (const CLI::ParseError& error) {
    const bool json = std::find(arguments.begin(), arguments.end(), "--json") !=
                      arguments.end();
    return ReportUsage(line, error, json, environment);
  }
  const GlobalOptions& options = line.options();
  const auto connection = ResolveConnection(options.connection, environment);
  Session session(environment, options,
                  connection.ok()
                      ? *connection
                      : ClientOptions{.address = options.connection.server});
  const absl::StatusOr<ExitCode> result =
      connection.ok() ? RunCommand(line, *connection, session)
                      : connection.status();
  const ExitCode code =
      result.ok() ? *result : ReportError(result.status(), session);
  environment.out.flush();
  if (!environment.out && code == ExitCode::kDone) {
    return ReportError(absl::UnknownError("cannot write to standard output"),
                       session);
  }
  return code;
}

}  // namespace carousel::client
