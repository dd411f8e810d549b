// carousel stream
#include <algorithm>
#include <cstdint>
#include <istream>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "client/cli/commands.h"
#include "client/cli/format.h"
#include "client/cli/json_output.h"
#include "client/cli/table.h"
#include "client/prediction_stream.h"
#include "core/base/byte_source.h"
#include "core/base/status_macros.h"

namespace carousel::client {
namespace {

constexpr std::size_t kChunkBytes = 64 << 10;

// Waits for something to read and takes what is there, not more: a line that is
// typed is answered at once.
class LiveSource final : public ByteSource {
 public:
  explicit LiveSource(std::istream& stream) : stream_(stream) {}

  absl::StatusOr<std::size_t> Read(char* buffer, std::size_t size) override {
    stream_.peek();
    if (stream_.bad()) {
      return absl::InvalidArgumentError("cannot read standard input");
    }
    if (!stream_) return 0;
    const auto there = static_cast<std::size_t>(
        std::max<std::streamsize>(1, stream_.rdbuf()->in_avail()));
    stream_.read(buffer, static_cast<std::streamsize>(std::min(size, there)));
    return static_cast<std::size_t>(stream_.gcount());
  }

 private:
  std::istream& stream_;
};

std::string Tokens(std::int64_t count) {
  return absl::StrCat(FormatCount(count), count == 1 ? " token" : " tokens");
}

// Shows what the model thinks while it reads.
class OpinionDisplay {
 public:
  explicit OpinionDisplay(Session& session) : session_(session) {}

  void Show(const v1::PredictStreamResponse& answer) {
    if (session_.json()) return session_.PrintJson(ToJson(answer));
    if (!answer.has_probability()) return;
    const Environment& environment = session_.environment();
    if (!environment.err_is_terminal) return ShowChange(answer);
    const Progress progress = ToProgress(answer);
    if (environment.in_is_terminal) {
      // What is typed stands in the line of a bar, which so cannot be redrawn.
      session_.console().Message(
          DrawBar(progress, environment.terminal_size().columns));
    } else {
      session_.console().Show(progress);
    }
  }

  void ShowWhole(const v1::PredictStreamResponse& answer) {
    if (answer.is_cut()) {
      session_.console().Warning(
          "the text is longer than the model reads; the end of it changed "
          "nothing");
    }
    if (session_.json()) return session_.PrintJson(ToJson(answer));
    Table table(
        {{"LABEL"}, {"PROBABILITY", Align::kRight}, {"TOKENS", Align::kRight}});
    table.AddRow({answer.label(), absl::StrFormat("%.4f", answer.probability()),
                  FormatCount(answer.tokens())});
    table.Print(session_.console().out());
  }

 private:
  // The bar is the probability of the positive label.
  static Progress ToProgress(const v1::PredictStreamResponse& answer) {
    return {.label = answer.positive_label(),
            .done = answer.probability(),
            .detail = Tokens(answer.tokens())};
  }

  // A line where the opinion turns.
  void ShowChange(const v1::PredictStreamResponse& answer) {
    if (answer.label() == label_) return;
    label_ = answer.label();
    session_.console().Message(
        absl::StrFormat("%s after %s, probability of %s %.4f", answer.label(),
                        Tokens(answer.tokens()), answer.positive_label(),
                        answer.probability()));
  }

  Session& session_;
  std::string label_;  // that was shown last
};

struct StreamArguments {
  std::string model;
  std::string file;
};

absl::StatusOr<std::unique_ptr<ByteSource>> OpenText(
    const StreamArguments& arguments, Session& session) {
  if (!arguments.file.empty()) return OpenByteSource(arguments.file);
  if (session.environment().in_is_terminal) {
    session.console().Message("Type a text and end it with Ctrl-D.");
  }
  return std::make_unique<LiveSource>(session.environment().in);
}

absl::StatusOr<ExitCode> Stream(const StreamArguments& arguments,
                                Session& session) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> text,
                   OpenText(arguments, session));
  PredictionStream stream(session.client(), arguments.model,
                          session.LongCall());
  OpinionDisplay display(session);
  std::string buffer(kChunkBytes, '\0');
  while (true) {
    ASSIGN_OR_RETURN(const std::size_t size,
                     text->Read(buffer.data(), buffer.size()));
    if (size == 0) break;
    ASSIGN_OR_RETURN(const v1::PredictStreamResponse answer,
                     stream.Send(buffer.substr(0, size)));
    display.Show(answer);
  }
  ASSIGN_OR_RETURN(const v1::PredictStreamResponse answer, stream.Finish());
  display.ShowWhole(answer);
  return ExitCode::kDone;
}

}  // namespace

void AddStream(CommandLine& line, CLI::App& group) {
  auto arguments = std::make_shared<StreamArguments>();
  CLI::App& command = line.AddCommand(
      group,
      {.name = "stream",
       .description = "Watch a model make up its mind while it reads a text "
                      "from standard input",
       .example = "carousel stream --model=live < review.txt",
       .notes = "The model has to read forward only and to keep the beginning\n"
                "of a long text, as the preset streaming makes it."},
      [arguments](Session& session) { return Stream(*arguments, session); });
  command.add_option("--model", arguments->model, kModelReference)->required();
  command.add_option("--file", arguments->file,
                     "Read this file (plain or .gz) in the place of standard "
                     "input");
}

}  // namespace carousel::client
