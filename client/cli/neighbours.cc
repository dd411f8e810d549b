// carousel neighbours
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "client/cli/commands.h"
#include "client/cli/format.h"
#include "client/cli/json_output.h"
#include "client/cli/table.h"
#include "client/cli/vectors_source.h"
#include "core/base/status_macros.h"

namespace carousel::client {
namespace {

struct Arguments {
  VectorsSource source;
  std::vector<std::string> words;
  std::vector<std::string> plus;
  std::vector<std::string> minus;
  std::int32_t k = 10;
};

v1::GetNeighboursRequest MakeRequest(const Arguments& arguments) {
  v1::GetNeighboursRequest request;
  arguments.source.WriteTo(request);
  for (const auto* words : {&arguments.words, &arguments.plus}) {
    for (const std::string& word : *words) request.add_positive(word);
  }
  for (const std::string& word : arguments.minus) request.add_negative(word);
  request.set_count(arguments.k);
  return request;
}

void PrintNeighbours(const v1::GetNeighboursResponse& response,
                     std::ostream& out) {
  Table table({{"WORD"}, {"COSINE", Align::kRight}, {"COUNT", Align::kRight}});
  for (const v1::Neighbour& neighbour : response.neighbours()) {
    table.AddRow(
        {neighbour.word(), absl::StrFormat("%.4f", neighbour.cosine()),
         neighbour.has_count() ? FormatCount(neighbour.count()) : "-"});
  }
  table.Print(out);
}

absl::StatusOr<ExitCode> Find(const v1::GetNeighboursRequest& request,
                              Session& session) {
  ASSIGN_OR_RETURN(const v1::GetNeighboursResponse response,
                   session.client().GetNeighbours(request, session.LongCall()));
  Console& console = session.console();
  if (session.json()) {
    session.PrintJson(ToJson(request, response));
  } else {
    PrintNeighbours(response, console.out());
  }
  console.Message(absl::StrCat("Of ", FormatCount(response.words()),
                               " words of ", response.source(), "."));
  if (!response.unknown().empty()) {
    console.Warning(absl::StrCat("no vector for ",
                                 absl::StrJoin(response.unknown(), ", "),
                                 "; the others were compared without"));
  }
  return ExitCode::kDone;
}

// What the declarations of the options cannot say.
void Check(const CLI::App& command, const Arguments& arguments) {
  CheckVectorsSource(command);
  if (CountGiven(command, {"WORD", "--plus", "--minus"}) == 0) {
    throw CLI::ValidationError("WORD is missing; give one or more");
  }
  if (arguments.k < 1) {
    throw CLI::ValidationError(
        absl::StrCat("--k is ", arguments.k, "; it must be above 0"));
  }
}

}  // namespace

void AddNeighbours(CommandLine& line, CLI::App& group) {
  auto arguments = std::make_shared<Arguments>();
  CLI::App& command = line.AddCommand(
      group,
      {.name = "neighbours",
       .description = "The words nearest to some, by the cosine",
       .example =
           "carousel neighbours --vectors=glove king --minus=man --plus=woman",
       .notes = "Each word counts at unit length, as in gensim's most_similar;"
                " what is in the vectors\nbut begins with a dash is given as"
                " --plus=-word."},
      [arguments](Session& session) {
        return Find(MakeRequest(*arguments), session);
      });
  command.add_option("WORD", arguments->words, "Words to add up");
  AddVectorsSource(arguments->source, command);
  command
      .add_option("--plus", arguments->plus,
                  "A word to add, as WORD; may be given again")
      ->type_name("WORD")
      ->allow_extra_args(false);
  command
      .add_option("--minus", arguments->minus,
                  "A word to subtract; may be given again")
      ->type_name("WORD")
      ->allow_extra_args(false);
  command.add_option("--k", arguments->k, "How many neighbours (default: 10)")
      ->type_name("N");
  command.callback([&command, arguments] { Check(command, *arguments); });
}

}  // namespace carousel::client
