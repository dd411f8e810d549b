// One function a command, each adding it to a group (or the root).
#ifndef CAROUSEL_CLIENT_CLI_COMMANDS_H_
#define CAROUSEL_CLIENT_CLI_COMMANDS_H_

#include "client/cli/command_line.h"

namespace carousel::client {

void AddDatasetImport(CommandLine& line, CLI::App& group);
void AddDatasetList(CommandLine& line, CLI::App& group);
void AddDatasetDescribe(CommandLine& line, CLI::App& group);
void AddDatasetDelete(CommandLine& line, CLI::App& group);
void AddVectorsImport(CommandLine& line, CLI::App& group);
void AddVectorsTrain(CommandLine& line, CLI::App& group);
void AddVectorsList(CommandLine& line, CLI::App& group);
void AddVectorsDelete(CommandLine& line, CLI::App& group);
void AddTrain(CommandLine& line, CLI::App& group);
void AddJobsList(CommandLine& line, CLI::App& group);
void AddJobsGet(CommandLine& line, CLI::App& group);
void AddJobsWatch(CommandLine& line, CLI::App& group);
void AddJobsCancel(CommandLine& line, CLI::App& group);
void AddJobsResume(CommandLine& line, CLI::App& group);
void AddJobsDelete(CommandLine& line, CLI::App& group);
void AddEvaluate(CommandLine& line, CLI::App& group);
void AddPredict(CommandLine& line, CLI::App& group);
void AddStream(CommandLine& line, CLI::App& group);
void AddProjection(CommandLine& line, CLI::App& group);
void AddNeighbours(CommandLine& line, CLI::App& group);
void AddModelsList(CommandLine& line, CLI::App& group);
void AddModelsGet(CommandLine& line, CLI::App& group);
void AddModelsPromote(CommandLine& line, CLI::App& group);
void AddModelsLoad(CommandLine& line, CLI::App& group);
void AddModelsUnload(CommandLine& line, CLI::App& group);
void AddModelsDelete(CommandLine& line, CLI::App& group);
void AddModelsExport(CommandLine& line, CLI::App& group);
void AddModelsImport(CommandLine& line, CLI::App& group);
void AddServerHealth(CommandLine& line, CLI::App& group);
void AddServerInfo(CommandLine& line, CLI::App& group);
void AddAdminBackup(CommandLine& line, CLI::App& group);
void AddAdminLogLevel(CommandLine& line, CLI::App& group);
void AddCompletion(CommandLine& line, CLI::App& group);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_COMMANDS_H_
