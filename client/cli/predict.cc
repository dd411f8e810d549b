// carousel predict
#include "client/cli/predict.h"

#include <algorithm>
#include <deque>
#include <istream>
#include <memory>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/commands.h"
#include "client/cli/error_output.h"
#include "client/cli/format.h"
#include "client/cli/json_output.h"
#include "client/cli/table.h"
#include "core/base/byte_source.h"
#include "core/base/status_macros.h"

namespace carousel::client {
namespace {

constexpr int kTextColumns = 50;

class StreamSource final : public ByteSource {
 public:
  explicit StreamSource(std::istream& stream) : stream_(stream) {}

  absl::StatusOr<std::size_t> Read(char* buffer, std::size_t size) override {
    stream_.read(buffer, static_cast<std::streamsize>(size));
    if (stream_.bad()) {
      return absl::InvalidArgumentError("cannot read standard input");
    }
    return static_cast<std::size_t>(stream_.gcount());
  }

 private:
  std::istream& stream_;
};

// The texts of --text, one after another.
TextSource FromArguments(const std::vector<std::string>& texts) {
  return [&texts, next = std::size_t{0}](
             std::string& text) mutable -> absl::StatusOr<bool> {
    if (next == texts.size()) return false;
    text = texts[next++];
    return true;
  };
}

// The lines of standard input.
TextSource FromLines(LineReader& lines) {
  return [&lines](std::string& text) -> absl::StatusOr<bool> {
    std::string_view line;
    ASSIGN_OR_RETURN(const bool more, lines.Next(line));
    if (more) text = line;
    return more;
  };
}

// Prints one line a text as the answers come in.
class AnswerPrinter {
 public:
  explicit AnswerPrinter(std::ostream& out) : out_(out) {}

  void Print(const v1::PredictResponse& response, int index,
             std::string_view text) {
    if (!has_titles_) {
      SizeLabelColumn(response);
      PrintRow(out_, columns_, {"LABEL", "PROBABILITY", "TEXT"});
      has_titles_ = true;
    }
    const v1::PredictResult& result = response.results(index);
    if (result.has_error()) {
      PrintRow(out_, columns_, {"-", "-", result.error().message()});
      return;
    }
    PrintRow(out_, columns_,
             {result.prediction().label(),
              absl::StrFormat("%.4f", result.prediction().probability()),
              ShortText(text, kTextColumns)});
  }

 private:
  void SizeLabelColumn(const v1::PredictResponse& response) {
    int& width = columns_[0].width;
    for (const std::string* label :
         {&response.negative_label(), &response.positive_label()}) {
      width = std::max(width, DisplayWidth(*label));
    }
  }

  std::ostream& out_;
  bool has_titles_ = false;
  std::vector<Column> columns_ = {
      {"LABEL", Align::kLeft, 5}, {"PROBABILITY", Align::kRight, 11}, {"TEXT"}};
};

// Answers texts on standard output.
absl::Status PredictTexts(const PredictArguments& arguments,
                          const TextSource& source, PredictionLog& log,
                          Session& session) {
  AnswerPrinter printer(session.console().out());
  std::deque<std::string> waiting;  // texts without an answer yet
  return PredictAll(
      session.client(), ToBatchOptions(arguments, session),
      session.environment().waiter,
      [&](std::string& text) -> absl::StatusOr<bool> {
        ASSIGN_OR_RETURN(const bool more, source(text));
        if (more && !session.json()) waiting.push_back(text);
        return more;
      },
      [&](const v1::PredictResponse& response, int index) {
        log.Add(response, index);
        if (!session.json()) {
          printer.Print(response, index, waiting.front());
          waiting.pop_front();
        }
        return absl::OkStatus();
      });
}

absl::StatusOr<ExitCode> Predict(const PredictArguments& arguments,
                                 Session& session) {
  if (!arguments.csv.empty()) return PredictCsv(arguments, session);
  PredictionLog log(session.json());
  if (!arguments.texts.empty()) {
    RETURN_IF_ERROR(
        PredictTexts(arguments, FromArguments(arguments.texts), log, session));
  } else {
    if (session.environment().in_is_terminal) {
      session.console().Message("Type texts, one a line, and end with Ctrl-D.");
    }
    StreamSource source(session.environment().in);
    LineReader lines(source);
    RETURN_IF_ERROR(PredictTexts(arguments, FromLines(lines), log, session));
  }
  if (log.texts() == 0) {
    return absl::InvalidArgumentError(
        "there is no text: give --text, --csv, or lines on standard input");
  }
  if (session.json()) session.PrintJson(log.TakeJson());
  if (log.errors() > 0) {
    session.console().Warning(absl::StrCat(
        FormatCount(log.errors()), " of ", FormatCount(log.texts()),
        " texts have no answer; ", log.first_error()));
  }
  return ExitCode::kDone;
}

// What the declarations of the options cannot say.
void Check(const CLI::App& command) {
  const auto given = [&command](const char* option) {
    return command.get_option(option)->count() > 0;
  };
  if (given("--csv") && given("--text")) {
    throw CLI::ValidationError("--text takes no --csv beside it");
  }
  if (given("--csv") != given("--out")) {
    throw CLI::ValidationError("--csv and --out go together");
  }
  for (const char* option : {"--text_column", "--id_column", "--on_error"}) {
    if (given(option) && !given("--csv")) {
      throw CLI::ValidationError(absl::StrCat(option, " is for --csv"));
    }
  }
}

}  // namespace

void PredictionLog::Add(const v1::PredictResponse& response, int index) {
  SetModel(response.model(), response.version());
  const v1::PredictResult& result = response.results(index);
  if (result.has_error() && errors_++ == 0) {
    first_error_ = absl::StrCat("the first is number ", texts_ + 1, ": ",
                                result.error().message());
  }
  if (keep_json_) results_.push_back(ToJson(result, texts_));
  ++texts_;
}

void PredictionLog::SetModel(const std::string& model, std::int64_t version) {
  model_ = model;
  version_ = version;
}

nlohmann::ordered_json PredictionLog::TakeJson() {
  nlohmann::ordered_json json = {{"model", model_}, {"version", version_}};
  json["results"] = std::move(results_);
  return json;
}

BatchOptions ToBatchOptions(const PredictArguments& arguments,
                            const Session& session) {
  return {.model = arguments.model, .call = session.LongCall()};
}

void AddPredict(CommandLine& line, CLI::App& group) {
  auto arguments = std::make_shared<PredictArguments>();
  CLI::App& command = line.AddCommand(
      group,
      {.name = "predict",
       .description = "Classify texts: of --text, of a CSV file, or the lines "
                      "of standard input",
       .example = "carousel predict --model=imdb --csv=test.csv "
                  "--out=submission.csv\n  carousel predict --model=imdb "
                  "--text=\"A wonderful film\""},
      [arguments](Session& session) { return Predict(*arguments, session); });
  command.add_option("--model", arguments->model, kModelReference)->required();
  command.add_option("--text", arguments->texts, "A text; may be given again")
      ->allow_extra_args(false);
  command.add_option("--csv", arguments->csv,
                     "Answer every row of this file (.csv or .csv.gz)");
  command.add_option("--text_column", arguments->text_column,
                     "The column of the texts (default: review)");
  command.add_option("--id_column", arguments->id_column,
                     "The column of the ids (default: id)");
  command.add_option("--out", arguments->out,
                     "Where the answers go, as CSV with the header "
                     "id,sentiment");
  command.add_option("--on_error", arguments->on_error,
                     "The label of a row that cannot be answered (default: "
                     "the one most frequent in training)");
  command.callback([&command] { Check(command); });
}

}  // namespace carousel::client
