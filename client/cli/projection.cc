// carousel projection
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "client/cli/commands.h"
#include "client/cli/error_output.h"
#include "client/cli/format.h"
#include "client/cli/json_output.h"
#include "client/cli/projection_output.h"
#include "client/cli/projection_parts.h"
#include "client/cli/vectors_source.h"
#include "core/base/byte_source.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace carousel::client {
namespace {

struct Arguments {
  VectorsSource source;
  std::string words;
  std::optional<std::int32_t> top;
  bool sentiment = false;
  std::int32_t dims = 2;
  bool compare = false;
  std::string method = "pca";
  std::string out;
};

absl::Status ReadWords(const std::string& path, v1::WordList& words) {
  ASSIGN_OR_RETURN(const auto source, OpenByteSource(path));
  LineReader lines(*source);
  for (std::string_view line;;) {
    ASSIGN_OR_RETURN(const bool more, lines.Next(line));
    if (!more) return absl::OkStatus();
    if (!line.empty()) words.add_words(std::string(line));
  }
}

absl::StatusOr<v1::GetEmbeddingProjectionRequest> MakeRequest(
    const Arguments& arguments) {
  v1::GetEmbeddingProjectionRequest request;
  arguments.source.WriteTo(request);
  if (!arguments.words.empty()) {
    const absl::Status read =
        ReadWords(arguments.words, *request.mutable_words());
    if (!read.ok()) return AsInvalidFile(read, arguments.words);
  } else if (arguments.top.has_value()) {
    request.set_top(*arguments.top);
  } else {
    request.set_sentiment_words(true);
  }
  request.set_dimensions(arguments.dims);
  request.set_method(arguments.method);
  request.set_compare_initial(arguments.compare);
  return request;
}

// What the numbers are worth, for people.
void Explain(const v1::EmbeddingProjection& projection, Console& console) {
  console.Message(absl::StrCat(
      FormatCount(projection.points_size()), " words of ", projection.source(),
      "; the axes explain ", ExplainedShares(projection), " of the variance."));
  if (!projection.unknown().empty()) {
    console.Warning(absl::StrCat("no vector for ",
                                 absl::StrJoin(projection.unknown(), ", ")));
  }
}

absl::StatusOr<ExitCode> Project(const Arguments& arguments, Session& session) {
  ASSIGN_OR_RETURN(const v1::GetEmbeddingProjectionRequest request,
                   MakeRequest(arguments));
  ASSIGN_OR_RETURN(
      const v1::EmbeddingProjection projection,
      session.client().GetEmbeddingProjection(request, session.LongCall()));
  RETURN_IF_ERROR(CheckShape(projection));
  Console& console = session.console();
  if (session.json()) {
    session.PrintJson(ToJson(projection));
  } else if (arguments.out.empty()) {
    PrintProjection(projection, console.out());
  }
  Explain(projection, console);
  if (!arguments.out.empty()) {
    const absl::Status written = WriteFileAtomically(
        arguments.out, RenderProjection(projection, arguments.out));
    if (!written.ok()) return AsInvalidInput(written);
    console.Message(absl::StrCat("Wrote ", arguments.out, "."));
  }
  return ExitCode::kDone;
}

// What the declarations of the options cannot say.
void Check(const CLI::App& command, const Arguments& arguments) {
  CheckVectorsSource(command);
  if (CountGiven(command, {"--words", "--top", "--sentiment"}) > 1) {
    throw CLI::ValidationError(
        "--words, --top or --sentiment: give one of them");
  }
  const std::string extension =
      std::filesystem::path(arguments.out).extension().string();
  if (CountGiven(command, {"--out"}) > 0 && extension != ".html" &&
      extension != ".json" && extension != ".csv") {
    throw CLI::ValidationError(
        absl::StrCat("--out is ", Quote(arguments.out),
                     "; it must end in .html, .json or .csv"));
  }
}

}  // namespace

void AddProjection(CommandLine& line, CLI::App& group) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App& command = line.AddCommand(
      group,
      {.name = "projection",
       .description = "Word vectors as points in the plane or in space",
       .example = "carousel projection --model=imdb --out=words.html"},
      [arguments](Session& session) { return Project(*arguments, session); });
  AddVectorsSource(arguments->source, command);
  command.add_option("--words", arguments->words,
                     "The words of this file, one a line");
  command.add_option("--top", arguments->top, "The N most frequent words")
      ->type_name("N");
  command.add_flag("--sentiment", arguments->sentiment,
                   "Sentiment words with antonyms and synonyms (the default)");
  command.add_option("--dims", arguments->dims,
                     "2, or 3 for a space that turns (default: 2)");
  command.add_flag("--compare", arguments->compare,
                   "Of a model: where the words stood before training too");
  command.add_option("--method", arguments->method,
                     "pca: principal component analysis");
  command
      .add_option("--out", arguments->out,
                  "A page to look at, JSON or CSV, by the extension "
                  "(default: a table)")
      ->type_name("FILE.html|.json|.csv");
  command.callback([&command, arguments] { Check(command, *arguments); });
}

}  // namespace carousel::client
