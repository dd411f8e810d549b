// carousel dataset list, describe, delete
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/dataset_output.h"
#include "client/cli/format.h"
#include "client/cli/json_output.h"
#include "client/cli/table.h"
#include "core/base/status_macros.h"

namespace carousel::client {
namespace {

absl::StatusOr<ExitCode> ListDatasets(Session& session) {
  ASSIGN_OR_RETURN(const std::vector<v1::Dataset> datasets,
                   session.client().ListDatasets(session.ShortCall()));
  if (session.json()) {
    session.PrintJson(ListToJson("datasets", datasets));
    return ExitCode::kDone;
  }
  if (datasets.empty()) {
    session.console().Message("no datasets");
    return ExitCode::kDone;
  }
  Table table({{"DATASET"}, {"ROWS", Align::kRight}, {"IMPORTED"}});
  for (const v1::Dataset& dataset : datasets) {
    table.AddRow({dataset.name(), FormatCount(dataset.rows()),
                  FormatTimestamp(dataset.created_at())});
  }
  table.Print(session.console().out());
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> DescribeDataset(const std::string& dataset,
                                         const std::string& vectors,
                                         Session& session) {
  ASSIGN_OR_RETURN(
      const v1::DescribeDatasetResponse description,
      session.client().DescribeDataset(dataset, vectors, session.LongCall()));
  PrintDescription(description, session);
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> DeleteDataset(const std::string& dataset,
                                       Session& session) {
  RETURN_IF_ERROR(session.client().DeleteDataset(dataset, session.ShortCall()));
  if (session.json()) {
    session.PrintJson({{"dataset", dataset}, {"deleted", true}});
  } else {
    session.console().out() << "Deleted the dataset " << dataset << ".\n";
  }
  return ExitCode::kDone;
}

}  // namespace

void AddDatasetList(CommandLine& line, CLI::App& group) {
  line.AddCommand(group,
                  {.name = "list",
                   .description = "List all datasets",
                   .example = "carousel dataset list"},
                  ListDatasets);
}

void AddDatasetDescribe(CommandLine& line, CLI::App& group) {
  struct Arguments {
    std::string dataset;
    std::string vectors;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App& command = line.AddCommand(
      group,
      {.name = "describe",
       .description = "Labels, splits, lengths, duplicates and vocabulary of a "
                      "dataset",
       .example = "carousel dataset describe imdb --vectors=glove"},
      [arguments](Session& session) {
        return DescribeDataset(arguments->dataset, arguments->vectors, session);
      });
  command.add_option("NAME", arguments->dataset, "The dataset")->required();
  command.add_option("--vectors", arguments->vectors,
                     "Also say how much of the texts these vectors cover");
}

void AddDatasetDelete(CommandLine& line, CLI::App& group) {
  auto dataset = std::make_shared<std::string>();
  CLI::App& command = line.AddCommand(
      group,
      {.name = "delete",
       .description = "Delete a dataset that no job uses",
       .example = "carousel dataset delete imdb"},
      [dataset](Session& session) { return DeleteDataset(*dataset, session); });
  command.add_option("NAME", *dataset, "The dataset")->required();
}

}  // namespace carousel::client
