// carousel models list, get, promote, load, unload, delete
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/json_output.h"
#include "client/cli/model_output.h"
#include "core/base/status_macros.h"

namespace carousel::client {
namespace {

absl::StatusOr<ExitCode> ListModels(const std::string& model,
                                    Session& session) {
  ASSIGN_OR_RETURN(const std::vector<v1::ModelVersion> versions,
                   session.client().ListModels(model, session.ShortCall()));
  if (session.json()) {
    session.PrintJson(ListToJson("models", versions));
    return ExitCode::kDone;
  }
  if (versions.empty()) {
    session.console().Message(
        model.empty() ? "no models" : absl::StrCat("no versions of ", model));
    return ExitCode::kDone;
  }
  PrintVersionTable(versions, session.console().out());
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> GetModel(const std::string& model, Session& session) {
  ASSIGN_OR_RETURN(const v1::GetModelResponse response,
                   session.client().GetModel(model, session.ShortCall()));
  if (session.json()) {
    session.PrintJson(ToJson(response));
    return ExitCode::kDone;
  }
  PrintModelPage(response, session.console().out());
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> LoadModel(const std::string& model, Session& session) {
  return PrintVersion(session.client().LoadModel(model, session.LongCall()),
                      session);
}

absl::StatusOr<ExitCode> UnloadModel(const std::string& model,
                                     Session& session) {
  return PrintVersion(session.client().UnloadModel(model, session.ShortCall()),
                      session);
}

struct DeleteArguments {
  std::string model;
  bool all = false;
};

absl::StatusOr<ExitCode> DeleteModel(const DeleteArguments& arguments,
                                     Session& session) {
  const std::string& model = arguments.model;
  // A whole model may be many files.
  RETURN_IF_ERROR(session.client().DeleteModel(
      model, arguments.all,
      arguments.all ? session.LongCall() : session.ShortCall()));
  if (session.json()) {
    session.PrintJson({{"model", model}, {"deleted", true}});
  } else {
    session.console().out()
        << "Deleted " << model
        << (arguments.all ? " with all its versions.\n" : ".\n");
  }
  return ExitCode::kDone;
}

// A command whose one argument is a model.
void AddModelCommand(CommandLine& line, CLI::App& group,
                     const CommandHelp& help, const std::string& argument_help,
                     absl::StatusOr<ExitCode> (*action)(const std::string&,
                                                        Session&)) {
  auto model = std::make_shared<std::string>();
  CLI::App& command = line.AddCommand(
      group, help,
      [model, action](Session& session) { return action(*model, session); });
  command.add_option("MODEL", *model, argument_help)->required();
}

}  // namespace

void AddModelsList(CommandLine& line, CLI::App& group) {
  auto model = std::make_shared<std::string>();
  CLI::App& command = line.AddCommand(
      group,
      {.name = "list",
       .description = "List published versions, the newest first",
       .example = "carousel models list imdb"},
      [model](Session& session) { return ListModels(*model, session); });
  command.add_option("MODEL", *model, "Only versions of this model");
}

void AddModelsGet(CommandLine& line, CLI::App& group) {
  AddModelCommand(line, group,
                  {.name = "get",
                   .description = "Show a version: where it comes from, its "
                                  "measures, settings and files",
                   .example = "carousel models get imdb@stable",
                   .notes = "With --json, the documents as they are stored, "
                            "every epoch too."},
                  kModelReference, GetModel);
}

void AddModelsPromote(CommandLine& line, CLI::App& group) {
  struct Arguments {
    std::string model;
    std::string label = "stable";
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App& command = line.AddCommand(
      group,
      {.name = "promote",
       .description = "Move a label to a version, once that is loaded and warm",
       .example = "carousel models promote imdb@3 --label=stable"},
      [arguments](Session& session) {
        return PrintVersion(
            session.client().PromoteModel(arguments->model, arguments->label,
                                          session.LongCall()),
            session);
      });
  command.add_option("MODEL", arguments->model, kModelReference)->required();
  command.add_option("--label", arguments->label,
                     "The label to move (default: stable)");
}

void AddModelsLoad(CommandLine& line, CLI::App& group) {
  AddModelCommand(line, group,
                  {.name = "load",
                   .description = "Bring a version into memory",
                   .example = "carousel models load imdb@3"},
                  kModelReference, LoadModel);
}

void AddModelsUnload(CommandLine& line, CLI::App& group) {
  AddModelCommand(line, group,
                  {.name = "unload",
                   .description = "Let a version without labels go from memory",
                   .example = "carousel models unload imdb@2"},
                  kModelReference, UnloadModel);
}

void AddModelsDelete(CommandLine& line, CLI::App& group) {
  auto arguments = std::make_shared<DeleteArguments>();
  CLI::App& command = line.AddCommand(
      group,
      {.name = "delete",
       .description = "Delete a version without labels, or a whole model",
       .example = "carousel models delete imdb@2",
       .notes = "With --all, the model with every version and label, the last "
                "one too: `carousel models delete imdb --all`."},
      [arguments](Session& session) {
        return DeleteModel(*arguments, session);
      });
  command
      .add_option("MODEL", arguments->model,
                  "NAME@VERSION; with --all, NAME alone")
      ->required();
  command.add_flag("--all", arguments->all,
                   "The model with all its versions and labels");
}

}  // namespace carousel::client
