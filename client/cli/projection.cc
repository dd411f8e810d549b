// carousel projection
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/cli/commands.h"
#include "client/cli/error_output.h"
#include "client/cli/format.h"
#include "client/cli/json_output.h"
#include "client/cli/projection_page.h"
#include "client/cli/table.h"
#include "core/base/byte_source.h"
#include "core/base/csv_reader.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace carousel::client {
namespace {

struct Arguments {
  std::string model;
  std::string vectors;
  std::string words;
  std::optional<std::int32_t> top;
  bool sentiment = false;
  std::int32_t dims = 2;
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
  if (arguments.vectors.empty()) {
    request.set_model(arguments.model);
  } else {
    request.set_vectors(arguments.vectors);
  }
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
  return request;
}

std::string ToCsv(const v1::EmbeddingProjection& projection) {
  std::string csv = "word,x,y,count,sentiment\n";
  for (const v1::EmbeddingPoint& point : projection.points()) {
    absl::StrAppend(&csv, CsvField(point.word()));
    for (const double coordinate : point.position()) {
      absl::StrAppendFormat(&csv, ",%.9g", coordinate);
    }
    absl::StrAppend(&csv, ",",
                    point.has_count() ? absl::StrCat(point.count()) : "", ",",
                    point.sentiment(), "\n");
  }
  return csv;
}

// The content of FILE, by its extension.
std::string Render(const v1::EmbeddingProjection& projection,
                   const std::filesystem::path& path) {
  if (path.extension() == ".html") return ProjectionPage(projection);
  if (path.extension() == ".csv") return ToCsv(projection);
  return ToJson(projection)
             .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) +
         "\n";
}

void PrintPoints(const v1::EmbeddingProjection& projection, std::ostream& out) {
  Table points({{"WORD"},
                {"X", Align::kRight},
                {"Y", Align::kRight},
                {"COUNT", Align::kRight},
                {"SENTIMENT"}});
  for (const v1::EmbeddingPoint& point : projection.points()) {
    points.AddRow({point.word(), absl::StrFormat("%.4f", point.position(0)),
                   absl::StrFormat("%.4f", point.position(1)),
                   point.has_count() ? FormatCount(point.count()) : "-",
                   SentimentName(point.sentiment())});
  }
  points.Print(out);
  if (projection.pairs().empty()) return;
  out << '\n';
  Table pairs({{"PAIR"}, {""}, {"RELATION"}, {"COSINE", Align::kRight}});
  for (const v1::EmbeddingPair& pair : projection.pairs()) {
    pairs.AddRow({pair.a(), pair.b(), pair.relation(),
                  absl::StrFormat("%.4f", pair.cosine())});
  }
  pairs.Print(out);
}

// What the numbers are worth, for people.
void Explain(const v1::EmbeddingProjection& projection, Console& console) {
  console.Message(
      absl::StrCat(FormatCount(projection.points_size()), " words of ",
                   projection.source(), "; the axes explain ",
                   absl::StrJoin(projection.explained_variance(), " and ",
                                 [](std::string* out, double share) {
                                   absl::StrAppend(out, FormatShare(share));
                                 }),
                   " of the variance."));
  if (!projection.unknown().empty()) {
    console.Warning(absl::StrCat("no vector for ",
                                 absl::StrJoin(projection.unknown(), ", ")));
  }
}

absl::Status CheckShape(const v1::EmbeddingProjection& projection) {
  for (const v1::EmbeddingPoint& point : projection.points()) {
    if (point.position_size() != 2) {
      return absl::InternalError(absl::StrCat(
          "the server sent ", point.position_size(), " coordinates for \"",
          point.word(), "\"; it must be 2"));
    }
  }
  return absl::OkStatus();
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
    PrintPoints(projection, console.out());
  }
  Explain(projection, console);
  if (!arguments.out.empty()) {
    const absl::Status written =
        WriteFileAtomically(arguments.out, Render(projection, arguments.out));
    if (!written.ok()) return AsInvalidInput(written);
    console.Message(absl::StrCat("Wrote ", arguments.out, "."));
  }
  return ExitCode::kDone;
}

// What the declarations of the options cannot say.
void Check(const CLI::App& command, const Arguments& arguments) {
  const auto given = [&command](const char* option) {
    return command.get_option(option)->count() > 0 ? 1 : 0;
  };
  if (given("--model") + given("--vectors") != 1) {
    throw CLI::ValidationError("--model or --vectors: give one of them");
  }
  if (given("--words") + given("--top") + given("--sentiment") > 1) {
    throw CLI::ValidationError(
        "--words, --top or --sentiment: give one of them");
  }
  const std::string extension =
      std::filesystem::path(arguments.out).extension().string();
  if (given("--out") && extension != ".html" && extension != ".json" &&
      extension != ".csv") {
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
       .description = "Word vectors as points in the plane",
       .example = "carousel projection --model=imdb --out=words.html"},
      [arguments](Session& session) { return Project(*arguments, session); });
  command.add_option("--model", arguments->model,
                     absl::StrCat("Of this model; ", kModelReference));
  command.add_option("--vectors", arguments->vectors, "Of these vectors");
  command.add_option("--words", arguments->words,
                     "The words of this file, one a line");
  command.add_option("--top", arguments->top, "The N most frequent words")
      ->type_name("N");
  command.add_flag("--sentiment", arguments->sentiment,
                   "Sentiment words with antonyms and synonyms (the default)");
  command.add_option("--dims", arguments->dims, "2");
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
