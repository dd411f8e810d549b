// carousel vectors train
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/job_submission.h"
#include "client/cli/number_option.h"
#include "client/cli/setting_arguments.h"
#include "core/base/status_macros.h"

namespace carousel::client {
namespace {

struct Arguments {
  std::string name;
  std::vector<std::string> datasets;
  std::optional<std::int64_t> epochs;
  std::optional<std::uint64_t> seed;
  std::vector<std::string> settings;
  JobSubmission submission;
};

v1::TrainVectorsRequest MakeRequest(const Arguments& arguments) {
  v1::TrainVectorsRequest request;
  request.set_name(arguments.name);
  for (const std::string& dataset : arguments.datasets) {
    request.add_datasets(dataset);
  }
  if (arguments.epochs.has_value()) request.set_epochs(*arguments.epochs);
  if (arguments.seed.has_value()) request.set_seed(*arguments.seed);
  ReadSettings(arguments.settings, *request.mutable_settings());
  request.set_request_id(arguments.submission.request_id);
  return request;
}

absl::StatusOr<ExitCode> TrainVectors(const Arguments& arguments,
                                      Session& session) {
  ASSIGN_OR_RETURN(const v1::TrainingJob job,
                   session.client().TrainVectors(MakeRequest(arguments),
                                                 session.ShortCall()));
  ASSIGN_OR_RETURN(const ExitCode code,
                   PrintOrWatch(job, arguments.submission, session));
  if (arguments.submission.watch && code == ExitCode::kDone) {
    session.console().Message(absl::StrCat(
        "To see which words have come together: carousel neighbours --vectors=",
        arguments.name, " WORD"));
  }
  return code;
}

void AddOptions(Arguments& arguments, CLI::App& command) {
  command.add_option("NAME", arguments.name, "The vectors' name")->required();
  command
      .add_option("--dataset", arguments.datasets,
                  "A dataset whose texts they are trained on, of a labelled "
                  "one its train split; may be given again")
      ->required()
      ->allow_extra_args(false);
  command.add_option("--epochs", arguments.epochs,
                     "Passes over the texts (default: 5)");
  AddNotNegative(command, "--seed", arguments.seed,
                 "The same seed gives the same run in one thread (default: 1)");
  command
      .add_option("--set", arguments.settings,
                  "Override a setting; may be given again")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  AddJobSubmission(arguments.submission, command);
}

// What the server's table of settings says, shorter; a test compares keys and
// ranges.
constexpr char kSettings[] = R"(Settings, for --set:
  dimension          [1, 1024]       numbers a word (default: 100)
  window             [1, 100]        words on either side, at most (5)
  negative           [1, 31]         words drawn that are not there (5)
  min_count          [1, 1000000]    rarer words are left out (5)
  vocabulary_size    [100, 5000000]  most words that are kept (1000000)
  sample             [0, 1]          words of a larger share thin out (0.001)
  learning_rate      (0, 1]          at the start (0.025)
  min_learning_rate  [0, 1]          at the end (0.0001)
A text that another of the datasets holds back for validation or test is left
out, and counted in the worker's log.)";

}  // namespace

void AddVectorsTrain(CommandLine& line, CLI::App& group) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App& command = line.AddCommand(
      group,
      {.name = "train",
       .description = "Queue a job that trains word vectors by skip-grams",
       .example = "carousel vectors train reviews --dataset=imdb "
                  "--dataset=unlabelled \\\n    --set window=8 --watch",
       .notes = kSettings},
      [arguments](Session& session) {
        return TrainVectors(*arguments, session);
      });
  AddOptions(*arguments, command);
  command.callback([arguments] { CheckSettings(arguments->settings); });
}

}  // namespace carousel::client
