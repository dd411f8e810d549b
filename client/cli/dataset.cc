// carousel dataset list, describe, delete
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/dataset_output.h"
#include "client/cli/format.h"
#include "client/cli/json_output.h"
#include "client/cli/number_option.h"
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
  Table table({{"DATASET"}, {"ROWS", Align::kRight}, {"LABELS"}, {"IMPORTED"}});
  for (const v1::Dataset& dataset : datasets) {
    table.AddRow({dataset.name(), FormatCount(dataset.rows()),
                  dataset.unlabelled() ? "no" : "yes",
                  FormatTimestamp(dataset.created_at())});
  }
  table.Print(session.console().out());
  return ExitCode::kDone;
}

struct DescribeArguments {
  std::string dataset;
  std::string vectors;
  std::optional<std::int64_t> unknown_words;
  std::vector<std::string> others;  // {"all"}: all of them
};

absl::StatusOr<v1::DescribeDatasetRequest> MakeRequest(
    const DescribeArguments& arguments) {
  v1::DescribeDatasetRequest request;
  request.set_name(arguments.dataset);
  request.set_vectors(arguments.vectors);
  if (arguments.unknown_words.has_value()) {
    constexpr std::int64_t kMost = 1000;
    const std::int64_t words = *arguments.unknown_words;
    if (words < 1 || words > kMost) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--unknown is ", words, "; it must be in [1, ", kMost, "]"));
    }
    request.set_unknown_words(static_cast<std::int32_t>(words));
  }
  for (const std::string& other : arguments.others) {
    request.add_compare_with(
        arguments.others.size() == 1 && other == "all" ? "*" : other);
  }
  return request;
}

absl::StatusOr<ExitCode> DescribeDataset(const DescribeArguments& arguments,
                                         Session& session) {
  ASSIGN_OR_RETURN(const v1::DescribeDatasetRequest request,
                   MakeRequest(arguments));
  ASSIGN_OR_RETURN(
      const v1::DescribeDatasetResponse description,
      session.client().DescribeDataset(request, session.LongCall()));
  PrintDescription(description, session);
  if (!session.json()) PrintLengths(description, session);
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
  auto arguments = std::make_shared<DescribeArguments>();
  CLI::App& command = line.AddCommand(
      group,
      {.name = "describe",
       .description = "Labels, splits, lengths, duplicates and vocabulary of a "
                      "dataset, and texts that it shares with others",
       .example = "carousel dataset describe imdb --vectors=glove"},
      [arguments](Session& session) {
        return DescribeDataset(*arguments, session);
      });
  command.add_option("NAME", arguments->dataset, "The dataset")->required();
  CLI::Option* const vectors =
      command.add_option("--vectors", arguments->vectors,
                         "Also say how much of the texts these vectors cover");
  AddNotNegative(command, "--unknown", arguments->unknown_words,
                 "List so many of the most frequent words that the vectors "
                 "lack (default: 10)")
      ->needs(vectors);
  command
      .add_option("--compare", arguments->others,
                  "Look for the same texts in another dataset, or in \"all\" "
                  "others; may be given more than once")
      ->type_name("DATASET")
      ->allow_extra_args(false);
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
