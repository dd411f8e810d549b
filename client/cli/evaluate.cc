// carousel evaluate
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/commands.h"
#include "client/cli/format.h"
#include "client/cli/json_output.h"
#include "client/cli/table.h"
#include "core/base/status_macros.h"

namespace carousel::client {
namespace {

std::string Share(bool is_set, double value) {
  return is_set ? FormatShare(value) : "-";
}

std::string Number(bool is_set, double value) {
  return is_set ? absl::StrFormat("%.4f", value) : "-";
}

void PrintEvaluation(const v1::Evaluation& evaluation, std::ostream& out) {
  PrintFields(
      out,
      {{"model", absl::StrCat(evaluation.model(), "@", evaluation.version())},
       {"dataset",
        absl::StrCat(evaluation.dataset(), ", ", evaluation.split(), ", ",
                     FormatCount(evaluation.count()), " texts")},
       {"accuracy", Share(evaluation.has_accuracy(), evaluation.accuracy())},
       {"precision", Share(evaluation.has_precision(), evaluation.precision())},
       {"recall", Share(evaluation.has_recall(), evaluation.recall())},
       {"f1", Share(evaluation.has_f1(), evaluation.f1())},
       {"roc auc", Number(evaluation.has_roc_auc(), evaluation.roc_auc())},
       {"loss", Number(evaluation.has_loss(), evaluation.loss())},
       {"calibration error", Number(evaluation.has_calibration_error(),
                                    evaluation.calibration_error())}});
  out << '\n';
  Table matrix({{"CONFUSION MATRIX"},
                {"answered negative", Align::kRight},
                {"answered positive", Align::kRight}});
  matrix.AddRow({"negative", FormatCount(evaluation.true_negatives()),
                 FormatCount(evaluation.false_positives())});
  matrix.AddRow({"positive", FormatCount(evaluation.false_negatives()),
                 FormatCount(evaluation.true_positives())});
  matrix.Print(out);
}

absl::StatusOr<ExitCode> Evaluate(const v1::EvaluateRequest& request,
                                  Session& session) {
  ASSIGN_OR_RETURN(const v1::Evaluation evaluation,
                   session.client().Evaluate(request, session.LongCall()));
  if (request.split().empty() && evaluation.split() == "all") {
    session.console().Message(
        absl::StrCat(evaluation.model(), "@", evaluation.version(),
                     " was trained on another dataset: measured on all of ",
                     evaluation.dataset(), "."));
  }
  if (evaluation.skipped() > 0) {
    session.console().Warning(absl::StrCat(FormatCount(evaluation.skipped()),
                                           " texts could not be read and are "
                                           "not counted"));
  }
  if (session.json()) {
    session.PrintJson(ToJson(evaluation));
  } else {
    PrintEvaluation(evaluation, session.console().out());
  }
  return ExitCode::kDone;
}

}  // namespace

void AddEvaluate(CommandLine& line, CLI::App& group) {
  struct Arguments {
    std::string model;
    std::string dataset;
    std::string split;
  };
  auto arguments = std::make_shared<Arguments>();
  CLI::App& command = line.AddCommand(
      group,
      {.name = "evaluate",
       .description = "Measure a model on a labelled dataset",
       .example = "carousel evaluate --model=imdb --dataset=imdb --split=test"},
      [arguments](Session& session) {
        v1::EvaluateRequest request;
        request.set_model(arguments->model);
        request.set_dataset(arguments->dataset);
        request.set_split(arguments->split);
        return Evaluate(request, session);
      });
  command.add_option("--model", arguments->model, kModelReference)->required();
  command.add_option("--dataset", arguments->dataset, "The dataset")
      ->required();
  command.add_option("--split", arguments->split,
                     "train, validation, test or all (default: test on the "
                     "model's own dataset, all on another)");
}

}  // namespace carousel::client
