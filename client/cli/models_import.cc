// carousel models import
#include <filesystem>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/commands.h"
#include "client/cli/model_output.h"
#include "client/cli/upload_progress.h"
#include "client/model_import.h"
#include "core/base/status_macros.h"

namespace carousel::client {
namespace {

struct Arguments {
  std::string model;
  std::string folder;
};

absl::StatusOr<ExitCode> ImportFrom(const Arguments& arguments,
                                    Session& session) {
  // "model/" is called "model".
  const std::filesystem::path folder = arguments.folder;
  const std::filesystem::path named =
      folder.has_filename() ? folder : folder.parent_path();
  ASSIGN_OR_RETURN(
      const ImportedModel imported,
      ImportModel(session.client(), arguments.model, arguments.folder,
                  ShowUpload(named, session), session.LongCall()));
  if (!imported.left_out.empty()) {
    session.console().Warning(absl::StrCat(
        absl::StrJoin(imported.left_out, ", "),
        imported.left_out.size() == 1 ? " is no file" : " are no files",
        " of a model folder, and stayed here"));
  }
  return PrintVersion(imported.version, session);
}

}  // namespace

void AddModelsImport(CommandLine& line, CLI::App& group) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App& command = line.AddCommand(
      group,
      {.name = "import",
       .description = "Publish a model folder as the next version of a model",
       .example = "carousel models import imdb imdb-model",
       .notes = "The folder is what `carousel models export` writes: "
                "config.json, vocabulary.txt and model.safetensors, and "
                "metrics.json and provenance.json if it has them."},
      [arguments](Session& session) {
        return ImportFrom(*arguments, session);
      });
  command.add_option("NAME", arguments->model, "The model")->required();
  command.add_option("DIR", arguments->folder, "The folder")->required();
}

}  // namespace carousel::client
