// carousel models export
#include <algorithm>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/error_output.h"
#include "client/cli/format.h"
#include "client/cli/json_output.h"
#include "client/cli/table.h"
#include "client/model_export.h"
#include "core/base/status_macros.h"

namespace carousel::client {
namespace {

struct Arguments {
  std::string model;
  std::string out;
  std::string format = "safetensors";
};

nlohmann::ordered_json ToJson(const ExportedModel& exported) {
  auto files = nlohmann::ordered_json::array();
  for (const ExportedFile& file : exported.files) {
    files.push_back({{"path", file.path.string()},
                     {"bytes", file.bytes},
                     {"sha256", file.sha256}});
  }
  return {{"model", exported.version.model()},
          {"version", exported.version.version()},
          {"files", files}};
}

absl::StatusOr<ExitCode> ExportTo(const Arguments& arguments,
                                  Session& session) {
  Console& console = session.console();
  ASSIGN_OR_RETURN(
      const ExportedModel exported,
      ExportModel(
          session.client(), arguments.model, arguments.format, arguments.out,
          [&console](std::int64_t received, std::int64_t size) {
            if (size == 0) return;
            console.Show({.label = "export",
                          // model.onnx is not quite as large as what is stored.
                          .done = std::min(1.0, static_cast<double>(received) /
                                                    static_cast<double>(size)),
                          .detail = FormatBytes(received)});
          },
          session.LongCall()));
  if (session.json()) {
    session.PrintJson(ToJson(exported));
    return ExitCode::kDone;
  }
  console.Message(absl::StrCat("Exported ", exported.version.model(), "@",
                               exported.version.version(), " to ",
                               arguments.out, "."));
  Table table({{"FILE"}, {"SIZE", Align::kRight}, {"SHA-256"}});
  for (const ExportedFile& file : exported.files) {
    table.AddRow({file.path.string(), FormatBytes(file.bytes), file.sha256});
  }
  table.Print(console.out());
  return ExitCode::kDone;
}

}  // namespace

void AddModelsExport(CommandLine& line, CLI::App& group) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App& command = line.AddCommand(
      group,
      {.name = "export",
       .description = "Write the files of a version to a folder",
       .example = "carousel models export imdb@stable --out=imdb-model",
       .notes = "With --format=onnx, model.onnx for ONNX Runtime and others, "
                "beside the vocabulary and the configuration. Its inputs are "
                "tokens [batch, time] and lengths [batch], its output is the "
                "probability of positive."},
      [arguments](Session& session) { return ExportTo(*arguments, session); });
  command.add_option("MODEL", arguments->model, kModelReference)->required();
  command
      .add_option("--out", arguments->out,
                  "The folder; it must be empty or not exist")
      ->required();
  command.add_option("--format", arguments->format,
                     "safetensors (the default) or onnx");
}

}  // namespace carousel::client
