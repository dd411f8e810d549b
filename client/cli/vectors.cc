// carousel vectors import, list, delete
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "client/cli/commands.h"
#include "client/cli/format.h"
#include "client/cli/json_output.h"
#include "client/cli/table.h"
#include "client/cli/upload_progress.h"
#include "client/upload.h"
#include "core/base/status_macros.h"

namespace carousel::client {
namespace {

struct ImportArguments {
  std::string name;
  std::string file;
  std::string format;
  std::string vocabulary;
};

std::string YesOrNo(bool value) { return value ? "yes" : "no"; }

absl::StatusOr<ExitCode> ImportVectors(const ImportArguments& arguments,
                                       Session& session) {
  v1::VectorsHeader header;
  header.set_name(arguments.name);
  header.set_format(arguments.format);
  ASSIGN_OR_RETURN(
      const v1::UploadVectorsResponse response,
      UploadVectors(session.client(), header, arguments.file,
                    arguments.vocabulary, ShowUpload(arguments.file, session),
                    session.LongCall()));
  const v1::Vectors& vectors = response.vectors();
  if (!response.is_new()) {
    session.console().Message(absl::StrCat("The vectors \"", vectors.name(),
                                           "\" hold this content already."));
  }
  if (response.duplicates() > 0) {
    session.console().Warning(
        absl::StrCat(FormatCount(response.duplicates()),
                     " lines repeat a word; the first counts"));
  }
  if (response.without_count() > 0) {
    session.console().Warning(
        absl::StrCat(FormatCount(response.without_count()), " of ",
                     FormatCount(vectors.words()), " words have no count in ",
                     arguments.vocabulary));
  }
  if (session.json()) {
    session.PrintJson(ToJson(vectors));
    return ExitCode::kDone;
  }
  PrintFields(session.console().out(),
              {{"vectors", vectors.name()},
               {"format", vectors.format()},
               {"words", FormatCount(vectors.words())},
               {"dimension", FormatCount(vectors.dimension())},
               {"size", FormatBytes(vectors.bytes())},
               {"counts", YesOrNo(vectors.has_counts())}});
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> ListVectors(Session& session) {
  ASSIGN_OR_RETURN(const std::vector<v1::Vectors> all,
                   session.client().ListVectors(session.ShortCall()));
  if (session.json()) {
    session.PrintJson(ListToJson("vectors", all));
    return ExitCode::kDone;
  }
  if (all.empty()) {
    session.console().Message("no vectors");
    return ExitCode::kDone;
  }
  Table table({{"VECTORS"},
               {"FORMAT"},
               {"WORDS", Align::kRight},
               {"DIMENSION", Align::kRight},
               {"SIZE", Align::kRight},
               {"COUNTS"},
               {"IMPORTED"}});
  for (const v1::Vectors& vectors : all) {
    table.AddRow(
        {vectors.name(), vectors.format(), FormatCount(vectors.words()),
         FormatCount(vectors.dimension()), FormatBytes(vectors.bytes()),
         YesOrNo(vectors.has_counts()), FormatTimestamp(vectors.created_at())});
  }
  table.Print(session.console().out());
  return ExitCode::kDone;
}

absl::StatusOr<ExitCode> DeleteVectors(const std::string& vectors,
                                       Session& session) {
  RETURN_IF_ERROR(session.client().DeleteVectors(vectors, session.ShortCall()));
  if (session.json()) {
    session.PrintJson({{"vectors", vectors}, {"deleted", true}});
  } else {
    session.console().out() << "Deleted the vectors " << vectors << ".\n";
  }
  return ExitCode::kDone;
}

}  // namespace

void AddVectorsImport(CommandLine& line, CLI::App& group) {
  auto arguments = std::make_shared<ImportArguments>();
  CLI::App& command = line.AddCommand(
      group,
      {.name = "import",
       .description =
           "Import word vectors in word2vec text, word2vec binary or "
           "GloVe text, plain or gzipped",
       .example = "carousel vectors import glove glove.6B.100d.txt.gz"},
      [arguments](Session& session) {
        return ImportVectors(*arguments, session);
      });
  command.add_option("NAME", arguments->name, "The vectors' name")->required();
  command.add_option("FILE", arguments->file, "The file")->required();
  command.add_option("--format", arguments->format,
                     "word2vec, word2vec-binary or glove (default: told by the "
                     "content)");
  command.add_option("--vocab", arguments->vocabulary,
                     "A file with a line \"word count\" a word, as gensim and "
                     "word2vec write it beside the vectors");
}

void AddVectorsList(CommandLine& line, CLI::App& group) {
  line.AddCommand(group,
                  {.name = "list",
                   .description = "List all word vectors",
                   .example = "carousel vectors list"},
                  ListVectors);
}

void AddVectorsDelete(CommandLine& line, CLI::App& group) {
  auto vectors = std::make_shared<std::string>();
  CLI::App& command = line.AddCommand(
      group,
      {.name = "delete",
       .description = "Delete word vectors that no model uses",
       .example = "carousel vectors delete glove"},
      [vectors](Session& session) { return DeleteVectors(*vectors, session); });
  command.add_option("NAME", *vectors, "The vectors")->required();
}

}  // namespace carousel::client
