// carousel train
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "client/cli/commands.h"
#include "client/cli/job_submission.h"
#include "client/cli/number_option.h"
#include "client/cli/setting_arguments.h"
#include "core/base/status_macros.h"

namespace carousel::client {
namespace {

struct Arguments {
  std::string dataset;
  std::string vectors;
  std::string model;
  std::string preset;
  std::optional<std::int64_t> epochs;
  std::optional<std::uint64_t> seed;
  std::optional<std::int64_t> max_examples;
  std::vector<std::string> settings;
  bool promote_if_better = false;
  JobSubmission submission;
};

v1::TrainRequest MakeRequest(const Arguments& arguments) {
  v1::TrainRequest request;
  request.set_dataset(arguments.dataset);
  request.set_vectors(arguments.vectors);
  request.set_model(arguments.model);
  request.set_preset(arguments.preset);
  if (arguments.epochs.has_value()) request.set_epochs(*arguments.epochs);
  if (arguments.seed.has_value()) request.set_seed(*arguments.seed);
  if (arguments.max_examples.has_value()) {
    request.set_max_examples(*arguments.max_examples);
  }
  ReadSettings(arguments.settings, *request.mutable_settings());
  request.set_promote_if_better(arguments.promote_if_better);
  request.set_request_id(arguments.submission.request_id);
  return request;
}

absl::StatusOr<ExitCode> Train(const Arguments& arguments, Session& session) {
  ASSIGN_OR_RETURN(
      const v1::TrainingJob job,
      session.client().Train(MakeRequest(arguments), session.ShortCall()));
  return PrintOrWatch(job, arguments.submission, session);
}

void AddOptions(Arguments& arguments, CLI::App& command) {
  command.add_option("--dataset", arguments.dataset, "The dataset")->required();
  command
      .add_option("--vectors", arguments.vectors,
                  "The word vectors that the embedding begins with")
      ->required();
  command
      .add_option("--model", arguments.model,
                  "The model whose next version is published")
      ->required();
  command.add_option("--preset", arguments.preset,
                     "classic, the textbook model (the default), strong, or "
                     "streaming, for carousel stream");
  command.add_option("--epochs", arguments.epochs,
                     "Passes over the training texts (default: the preset's)");
  AddNotNegative(command, "--seed", arguments.seed,
                 "The same seed gives the same run (default: 1)");
  AddNotNegative(command, "--max_examples", arguments.max_examples,
                 "Train on so many texts only (default, and 0: all)");
  command
      .add_option("--set", arguments.settings,
                  "Override a setting of the preset; may be given again")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
  command.add_flag("--promote_if_better", arguments.promote_if_better,
                   "Move the label stable to the new version if it is better "
                   "than its holder");
  AddJobSubmission(arguments.submission, command);
}

// What the server's table of settings says, shorter; a test compares keys and
// ranges.
constexpr char kSettings[] = R"(Settings, for --set:
  batch_size               [1, 4096]               texts a step
  learning_rate            (0, 1]                  the largest; see schedule
  optimizer                adam|adamw|sgd          sgd has a momentum of 0.9
  weight_decay             [0, 1]                  of the weight matrices alone
  gradient_clip            [0, 1000]               largest gradient norm; 0: any
  schedule                 constant|linear|cosine  fall of the learning rate
  warmup_fraction          [0, 0.5]                share of steps that it rises
  hidden_size              [1, 4096]               LSTM units a direction
  layers                   [1, 8]                  LSTM layers
  bidirectional            true|false              reads texts backwards too
  pooling                  last|max|mean|concat    of the states of all tokens
  forget_bias              [-5, 10]                of the forget gate, at first
  dropout                  [0, 0.95]               pooled, and between layers
  embedding_dropout        [0, 0.95]               of the embedded tokens
  word_dropout             [0, 0.95]               tokens that become unknown
  weight_drop              [0, 0.95]               of the recurrent weights
  max_tokens               [1, 10000]              tokens read of a text
  truncate                 head|tail|head_tail     which tokens of longer texts
  padding                  fixed|dynamic           fixed: always to max_tokens
  trainable_embedding      true|false              trains the word vectors too
  embedding_learning_rate  [0, 1]                  0: as learning_rate
  min_count                [1, 1000]               rarer words are unknown
  vocabulary_size          [100, 5000000]          most words that are kept
  early_stopping_epochs    [0, 10000]              patience; 0: never stops
  precision                f32|bf16                of the LSTM's products
  strip_html               true|false              without tags and entities
  normalize_unicode        true|false              NFKC, marks to ASCII
  lowercase                true|false              folds case
  keep_punctuation         true|false              marks are tokens
  split_contractions       true|false              didn't is did and n't
The server answers a value that is out of range with the range.)";

}  // namespace

void AddTrain(CommandLine& line, CLI::App& group) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App& command = line.AddCommand(
      group,
      {.name = "train",
       .description = "Queue a training job; it survives this program and the "
                      "server",
       .example = "carousel train --dataset=imdb --vectors=glove --model=imdb "
                  "--epochs=50 \\\n    --set learning_rate=0.002 --watch",
       .notes = kSettings},
      [arguments](Session& session) { return Train(*arguments, session); });
  AddOptions(*arguments, command);
  command.callback([arguments] { CheckSettings(arguments->settings); });
}

}  // namespace carousel::client
