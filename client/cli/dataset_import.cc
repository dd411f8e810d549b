// carousel dataset import
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/dataset_output.h"
#include "client/cli/error_output.h"
#include "client/cli/number_option.h"
#include "client/cli/upload_progress.h"
#include "client/upload.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace carousel::client {
namespace {

struct Arguments {
  std::string name;
  std::string file;
  std::string text_column;
  std::string label_column;
  std::string id_column;
  std::string split;
  std::optional<std::uint64_t> split_seed;
  bool unlabelled = false;
};

// The server names the column that it does not find, here follows the option
// that names another.
absl::Status ExplainColumn(const absl::Status& error,
                           const Arguments& arguments) {
  const auto misses = [&error](const std::string& column,
                               std::string_view usual) {
    return absl::StrContains(
        error.message(), absl::StrCat("there is no column ",
                                      Quote(column.empty() ? usual : column)));
  };
  if (misses(arguments.text_column, "review")) {
    return WithHint(error, "choose one with --text_column");
  }
  if (misses(arguments.label_column, "sentiment")) {
    return WithHint(error,
                    "choose one with --label_column, or import texts without "
                    "labels with --unlabelled");
  }
  if (misses(arguments.id_column, "id")) {
    return WithHint(error, "choose one with --id_column");
  }
  return error;
}

absl::StatusOr<ExitCode> ImportDataset(const Arguments& arguments,
                                       Session& session) {
  v1::DatasetHeader header;
  header.set_name(arguments.name);
  header.set_text_column(arguments.text_column);
  header.set_label_column(arguments.label_column);
  header.set_id_column(arguments.id_column);
  header.set_split(arguments.split);
  header.set_unlabelled(arguments.unlabelled);
  if (arguments.split_seed.has_value()) {
    header.set_split_seed(*arguments.split_seed);
  }
  const absl::StatusOr<v1::UploadDatasetResponse> response =
      UploadDataset(session.client(), header, arguments.file,
                    ShowUpload(arguments.file, session), session.LongCall());
  if (!response.ok()) return ExplainColumn(response.status(), arguments);
  if (!response->is_new()) {
    session.console().Message(absl::StrCat("The dataset \"", arguments.name,
                                           "\" holds this content already."));
  }
  v1::DescribeDatasetRequest request;
  request.set_name(arguments.name);
  ASSIGN_OR_RETURN(
      const v1::DescribeDatasetResponse description,
      session.client().DescribeDataset(request, session.LongCall()));
  PrintDescription(description, session);
  return ExitCode::kDone;
}

}  // namespace

void AddDatasetImport(CommandLine& line, CLI::App& group) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App& command = line.AddCommand(
      group,
      {.name = "import",
       .description = "Import a CSV file (.csv or .csv.gz) and say what is in "
                      "it; the same content again changes nothing",
       .example = "carousel dataset import imdb IMDB.csv --split=70/20/10"},
      [arguments](Session& session) {
        return ImportDataset(*arguments, session);
      });
  command.add_option("NAME", arguments->name, "The dataset's name")->required();
  command.add_option("FILE", arguments->file, "The file")->required();
  command.add_option("--text_column", arguments->text_column,
                     "The column of the texts (default: review)");
  command.add_option("--label_column", arguments->label_column,
                     "The column of the labels: positive/negative, pos/neg or "
                     "1/0 (default: sentiment)");
  command.add_option("--id_column", arguments->id_column,
                     "The column of the ids (default: id, when there is one)");
  command.add_option("--split", arguments->split,
                     "Train/validation/test in per cent (default: 70/20/10)");
  AddNotNegative(command, "--split_seed", arguments->split_seed,
                 "Another seed gives another split (default: 1)");
  command.add_flag("--unlabelled", arguments->unlabelled,
                   "The texts have no labels, and are not split: to train word "
                   "vectors on, and to look for in other datasets");
}

}  // namespace carousel::client
