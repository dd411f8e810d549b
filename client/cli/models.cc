// carousel models list, get, promote, load, unload, delete
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/commands.h"
#include "client/cli/format.h"
#include "client/cli/json_output.h"
#include "client/cli/key_values.h"
#include "client/cli/table.h"
#include "core/base/status_macros.h"

namespace carousel::client {
namespace {

std::string ValidationAccuracy(const v1::ModelVersion& version) {
  return version.has_validation_accuracy()
             ? FormatShare(version.validation_accuracy())
             : "-";
}

std::vector<std::pair<std::string, std::string>> FieldsOf(
    const v1::ModelVersion& version) {
  return {{"model", version.model()},
          {"version", absl::StrCat(version.version())},
          {"labels", absl::StrJoin(version.labels(), ", ")},
          {"loaded", version.loaded() ? "yes" : "no"},
          {"job", version.job()},
          {"dataset", version.dataset()},
          {"vectors", version.vectors()},
          {"validation accuracy", ValidationAccuracy(version)},
          {"size", FormatBytes(version.bytes())},
          {"published", FormatTimestamp(version.created_at())}};
}

absl::StatusOr<ExitCode> PrintVersion(
    const absl::StatusOr<v1::ModelVersion>& version, Session& session) {
  RETURN_IF_ERROR(version.status());
  if (session.json()) {
    session.PrintJson(ToJson(*version));
  } else {
    PrintFields(session.console().out(), FieldsOf(*version));
  }
  return ExitCode::kDone;
}

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
  Table table({{"MODEL"},
               {"VERSION", Align::kRight},
               {"LABELS"},
               {"LOADED"},
               {"VALIDATION", Align::kRight},
               {"DATASET"},
               {"SIZE", Align::kRight},
               {"PUBLISHED"}});
  for (const v1::ModelVersion& version : versions) {
    table.AddRow({version.model(), absl::StrCat(version.version()),
                  absl::StrJoin(version.labels(), ", "),
                  version.loaded() ? "yes" : "no", ValidationAccuracy(version),
                  version.dataset(), FormatBytes(version.bytes()),
                  FormatTimestamp(version.created_at())});
  }
  table.Print(session.console().out());
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> GetModel(const std::string& model, Session& session) {
  ASSIGN_OR_RETURN(const v1::GetModelResponse response,
                   session.client().GetModel(model, session.ShortCall()));
  if (session.json()) {
    session.PrintJson(ToJson(response));
    return ExitCode::kDone;
  }
  auto fields = FieldsOf(response.version());
  AddKeyValues(fields, "configuration", response.config());
  AddKeyValues(fields, "metrics", response.metrics());
  AddKeyValues(fields, "provenance", response.provenance());
  PrintFields(session.console().out(), fields);
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

absl::StatusOr<ExitCode> DeleteModel(const std::string& model,
                                     Session& session) {
  RETURN_IF_ERROR(session.client().DeleteModel(model, session.ShortCall()));
  if (session.json()) {
    session.PrintJson({{"model", model}, {"deleted", true}});
  } else {
    session.console().out() << "Deleted " << model << ".\n";
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
                   .description = "Show a version, its configuration, measures "
                                  "and provenance",
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
  AddModelCommand(line, group,
                  {.name = "delete",
                   .description = "Delete a version without labels",
                   .example = "carousel models delete imdb@2"},
                  "NAME@VERSION", DeleteModel);
}

}  // namespace carousel::client
