// carousel stream
#include <algorithm>
#include <sstream>
#include <streambuf>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_join.h"
#include "tests/client/cli_fixture.h"

namespace carousel::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

using ServerStream = grpc::ServerReaderWriter<v1::PredictStreamResponse,
                                              v1::PredictStreamRequest>;

// An input that comes in pieces, as from a terminal or a slow pipe.
class PiecewiseBuffer final : public std::streambuf {
 public:
  explicit PiecewiseBuffer(std::vector<std::string> pieces)
      : pieces_(std::move(pieces)) {}

 private:
  int_type underflow() override {
    if (next_ == pieces_.size()) return traits_type::eof();
    std::string& piece = pieces_[next_++];
    setg(piece.data(), piece.data(), piece.data() + piece.size());
    return traits_type::to_int_type(piece.front());
  }

  std::vector<std::string> pieces_;
  std::size_t next_ = 0;
};

class StreamTest : public CliTest {
 protected:
  // Thinks that a text whose letters so far are mostly "g" is good; nothing of
  // one without a letter. Reads ten bytes.
  StreamTest() {
    server_.predict_stream = [this](ServerStream& stream) {
      v1::PredictStreamRequest request;
      stream.Read(&request);
      model_ = request.start().model();
      std::string text;
      while (stream.Read(&request)) {
        chunks_.push_back(request.chunk());
        text += request.chunk();
        stream.Write(AnswerTo(text, /*is_final=*/false));
      }
      if (text.empty()) {
        return StatusWithDetails(grpc::StatusCode::INVALID_ARGUMENT,
                                 "the text has no token",
                                 {.reason = "NO_TOKENS"});
      }
      stream.Write(AnswerTo(text, /*is_final=*/true));
      return grpc::Status::OK;
    };
  }

  static v1::PredictStreamResponse AnswerTo(const std::string& text,
                                            bool is_final) {
    v1::PredictStreamResponse answer;
    answer.set_model("film");
    answer.set_version(3);
    answer.set_negative_label("bad");
    answer.set_positive_label("good");
    const auto good = std::ranges::count(text, 'g');
    const auto letters = good + std::ranges::count(text, 'b');
    if (letters > 0) {
      answer.set_probability(static_cast<double>(good) /
                             static_cast<double>(letters));
      answer.set_label(answer.probability() >= 0.5 ? "good" : "bad");
    }
    answer.set_tokens(letters);
    answer.set_bytes(static_cast<std::int64_t>(text.size()));
    answer.set_is_cut(text.size() > 10);
    answer.set_is_final(is_final);
    return answer;
  }

  // With these pieces on standard input.
  Outcome RunPieces(std::vector<std::string> pieces,
                    std::vector<std::string> arguments,
                    bool in_is_terminal = false) {
    PiecewiseBuffer buffer(std::move(pieces));
    std::istream in(&buffer);
    std::ostringstream out;
    std::ostringstream err;
    const Environment environment = {
        .in = in,
        .out = out,
        .err = err,
        .in_is_terminal = in_is_terminal,
        .err_is_terminal = terminal_,
        .variable = [](const std::string&) { return ""; },
        .stop = stop_.get_token(),
        .clock = Clock::Real(),
        .waiter = waiter_};
    arguments.insert(arguments.begin(), "--server=" + server_.address());
    const ExitCode code = client::Run(arguments, environment);
    return {.code = static_cast<int>(code), .out = out.str(), .err = err.str()};
  }

  std::string model_;
  std::vector<std::string> chunks_;
};

TEST_F(StreamTest, SendsWhatIsThereAndPrintsTheLastAnswer) {
  const Outcome outcome =
      RunPieces({"g", "gb", "\xC3"}, {"stream", "--model=film@3"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(model_, "film@3");
  EXPECT_THAT(chunks_, ElementsAre("g", "gb", "\xC3"));
  EXPECT_EQ(outcome.out,
            "LABEL  PROBABILITY  TOKENS\n"
            "good        0.6667       3\n");
}

TEST_F(StreamTest, SaysWhereTheOpinionTurns) {
  const Outcome outcome =
      RunPieces({".", "g", "g", "bbb", "b"}, {"stream", "--model=film"});
  EXPECT_EQ(outcome.err,
            "good after 1 token, probability of good 1.0000\n"
            "bad after 5 tokens, probability of good 0.4000\n");
}

TEST_F(StreamTest, JsonIsOneObjectAChunkAndALastOne) {
  const Outcome outcome =
      RunPieces({".", "gb"}, {"stream", "--model=film", "--json"});
  EXPECT_EQ(outcome.code, 0);
  const auto lines = outcome.JsonLines();
  ASSERT_THAT(lines, SizeIs(3));
  EXPECT_THAT(Keys(lines[0]),
              ElementsAre("model", "version", "label", "probability", "tokens",
                          "bytes", "is_cut", "is_final"));
  EXPECT_TRUE(lines[0]["label"].is_null());
  EXPECT_TRUE(lines[0]["probability"].is_null());
  EXPECT_EQ(lines[1]["probability"], 0.5);
  EXPECT_EQ(lines[1]["is_final"], false);
  EXPECT_EQ(lines[2]["label"], "good");
  EXPECT_EQ(lines[2]["tokens"], 2);
  EXPECT_EQ(lines[2]["is_final"], true);
}

TEST_F(StreamTest, DrawsABarOnATerminal) {
  terminal_ = true;
  const Outcome outcome = RunPieces({"gb"}, {"stream", "--model=film"});
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("good ["), HasSubstr("50 %"),
                                 HasSubstr("2 tokens"), Not(HasSubstr("\n"))));
}

TEST_F(StreamTest, WhoTypesSeesALineForEachOfTheirs) {
  terminal_ = true;
  const Outcome outcome = RunPieces({"gb\n", "g\n"}, {"stream", "--model=film"},
                                    /*in_is_terminal=*/true);
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("Ctrl-D"), HasSubstr("]  50 %  2 tokens\n"),
                    HasSubstr("]  66 %  3 tokens\n"), Not(HasSubstr("\r"))));
}

TEST_F(StreamTest, SaysWhenTheEndOfTheTextChangedNothing) {
  const Outcome outcome =
      RunPieces({std::string(11, 'g')}, {"stream", "--model=film"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("warning: the text is longer"));
}

TEST_F(StreamTest, ReadsAFileInstead) {
  const std::string path = WriteInput("review.txt", "ggb");
  const Outcome outcome = Run({"stream", "--model=film", "--file=" + path});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(absl::StrJoin(chunks_, ""), "ggb");
  EXPECT_EQ(Run({"stream", "--model=film", "--file=" + path + ".gone"}).code,
            3);
}

TEST_F(StreamTest, NoTextIsRefused) {
  const Outcome outcome = RunPieces({}, {"stream", "--model=film", "--json"});
  EXPECT_EQ(outcome.code, 4);
  EXPECT_EQ(outcome.Json()["error"]["code"], "INVALID_ARGUMENT");
  EXPECT_THAT(outcome.err, HasSubstr("no token"));
}

TEST_F(StreamTest, AnUnknownModelIsThree) {
  server_.predict_stream = [](ServerStream&) {
    return grpc::Status(grpc::StatusCode::NOT_FOUND, "there is no model");
  };
  const Outcome outcome = RunPieces({"g"}, {"stream", "--model=film"});
  EXPECT_EQ(outcome.code, 3);
  EXPECT_THAT(outcome.out, IsEmpty());
}

}  // namespace
}  // namespace carousel::client
