// carousel predict --csv
#include <deque>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "client/cli/error_output.h"
#include "client/cli/format.h"
#include "client/cli/predict.h"
#include "core/base/byte_source.h"
#include "core/base/csv_reader.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"

namespace carousel::client {
namespace {

struct InputRow {
  std::string id;
  std::string text;
};

// The rows to answer.
class InputFile {
 public:
  // INVALID_ARGUMENT when there is no such file or column.
  static absl::StatusOr<std::unique_ptr<InputFile>> Open(
      const PredictArguments& arguments) {
    auto opened = OpenInContext(arguments);
    if (!opened.ok()) {
      return AsInvalidFile(opened.status(), arguments.csv);
    }
    return opened;
  }

  // False at the end.
  absl::StatusOr<bool> Next(InputRow& row) {
    absl::StatusOr<bool> more = reader_->Next(fields_);
    if (!more.ok()) return AsInvalidFile(more.status(), path_);
    if (*more) {
      row.id = fields_[id_column_];
      row.text = std::move(fields_[text_column_]);
    }
    return more;
  }

 private:
  static absl::StatusOr<std::unique_ptr<InputFile>> OpenInContext(
      const PredictArguments& arguments) {
    std::unique_ptr<InputFile> file(new InputFile);
    file->path_ = arguments.csv;
    ASSIGN_OR_RETURN(file->source_, OpenByteSource(arguments.csv));
    ASSIGN_OR_RETURN(file->reader_, CsvReader::Create(*file->source_));
    ASSIGN_OR_RETURN(file->text_column_,
                     file->FindColumn(arguments.text_column, "--text_column"));
    ASSIGN_OR_RETURN(file->id_column_,
                     file->FindColumn(arguments.id_column, "--id_column"));
    return file;
  }

  absl::StatusOr<std::size_t> FindColumn(const std::string& name,
                                         const char* option) const {
    auto column = reader_->FindColumn(name);
    if (column.ok()) return column;
    return absl::InvalidArgumentError(
        absl::StrCat(column.status().message(), "; choose one with ", option));
  }

  std::string path_;
  std::unique_ptr<ByteSource> source_;
  std::unique_ptr<CsvReader> reader_;
  std::size_t text_column_ = 0;
  std::size_t id_column_ = 0;
  std::vector<std::string> fields_;
};

// Reads the file to its end, so that a file that is broken somewhere is
// refused before the work begins.
absl::StatusOr<std::int64_t> CountRows(const PredictArguments& arguments) {
  ASSIGN_OR_RETURN(const auto file, InputFile::Open(arguments));
  InputRow row;
  for (std::int64_t rows = 0;; ++rows) {
    ASSIGN_OR_RETURN(const bool more, file->Next(row));
    if (!more) return rows;
  }
}

// Writes the answers in the order of the rows.
class Submission {
 public:
  Submission(const PredictArguments& arguments, std::int64_t rows,
             AtomicFileWriter& writer, Session& session)
      : arguments_(arguments),
        rows_(rows),
        writer_(writer),
        session_(session),
        log_(session.json()) {}

  absl::Status Write(InputFile& input) {
    RETURN_IF_ERROR(writer_.Append("id,sentiment\n"));
    return PredictAll(
        session_.client(), ToBatchOptions(arguments_, session_),
        session_.environment().waiter,
        [&](std::string& text) -> absl::StatusOr<bool> {
          InputRow row;
          ASSIGN_OR_RETURN(const bool more, input.Next(row));
          if (!more) return false;
          ids_.push_back(std::move(row.id));
          text = std::move(row.text);
          return true;
        },
        [&](const v1::PredictResponse& response, int index) {
          return WriteRow(response, index);
        });
  }

  PredictionLog& log() { return log_; }
  const std::string& label_on_error() const { return label_on_error_; }

 private:
  absl::Status WriteRow(const v1::PredictResponse& response, int index) {
    if (log_.texts() == 0) RETURN_IF_ERROR(ChooseLabelOnError(response));
    log_.Add(response, index);
    const v1::PredictResult& result = response.results(index);
    // A text that is at fault gets the label on error; a server that is must
    // not become an answer.
    if (result.has_error() && result.error().code() != "INVALID_ARGUMENT") {
      return absl::InternalError(absl::StrCat(
          "row ", log_.texts(), " has no answer: ", result.error().code(), ": ",
          result.error().message()));
    }
    const std::string& label =
        result.has_error() ? label_on_error_ : result.prediction().label();
    RETURN_IF_ERROR(writer_.Append(
        absl::StrCat(CsvField(ids_.front()), ",", CsvField(label), "\n")));
    ids_.pop_front();
    session_.console().Show(
        {.label = "predict",
         .done = static_cast<double>(log_.texts()) / static_cast<double>(rows_),
         .detail = absl::StrCat(FormatCount(log_.texts()), " of ",
                                FormatCount(rows_))});
    return absl::OkStatus();
  }

  absl::Status ChooseLabelOnError(const v1::PredictResponse& response) {
    if (arguments_.on_error.empty()) {
      label_on_error_ = response.majority_label();
      return absl::OkStatus();
    }
    label_on_error_ = arguments_.on_error;
    if (label_on_error_ == response.negative_label() ||
        label_on_error_ == response.positive_label()) {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError(absl::StrCat(
        "--on_error is ", Quote(label_on_error_), "; the labels of ",
        response.model(), " are ", Quote(response.negative_label()), " and ",
        Quote(response.positive_label())));
  }

  const PredictArguments& arguments_;
  const std::int64_t rows_;
  AtomicFileWriter& writer_;
  Session& session_;
  PredictionLog log_;
  std::deque<std::string> ids_;  // of rows without an answer yet
  std::string label_on_error_;
};

// A file without rows still needs a model that exists.
absl::Status ResolveModel(const PredictArguments& arguments, PredictionLog& log,
                          Session& session) {
  ASSIGN_OR_RETURN(
      const v1::GetModelResponse response,
      session.client().GetModel(arguments.model, session.ShortCall()));
  log.SetModel(response.version().model(), response.version().version());
  session.console().Warning(absl::StrCat(arguments.csv, " has no rows"));
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ExitCode> PredictCsv(const PredictArguments& arguments,
                                    Session& session) {
  ASSIGN_OR_RETURN(const std::int64_t rows, CountRows(arguments));
  ASSIGN_OR_RETURN(const auto input, InputFile::Open(arguments));
  auto writer = AtomicFileWriter::Create(arguments.out);
  if (!writer.ok()) return AsInvalidInput(writer.status());

  Submission submission(arguments, rows, **writer, session);
  PredictionLog& log = submission.log();
  RETURN_IF_ERROR(submission.Write(*input));
  if (log.texts() == 0) RETURN_IF_ERROR(ResolveModel(arguments, log, session));
  RETURN_IF_ERROR((*writer)->Commit());

  Console& console = session.console();
  console.Message(absl::StrCat("Wrote ", FormatCount(log.texts()), " rows to ",
                               arguments.out, "."));
  if (log.errors() > 0) {
    console.Warning(absl::StrCat(
        FormatCount(log.errors()), " of ", FormatCount(log.texts()),
        " rows could not be answered and say ",
        Quote(submission.label_on_error()), "; ", log.first_error()));
  }
  if (session.json()) session.PrintJson(log.TakeJson());
  return ExitCode::kDone;
}

}  // namespace carousel::client
