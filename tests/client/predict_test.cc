// carousel predict
#include <filesystem>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/mutex.h"
#include "tests/client/cli_fixture.h"
#include "tests/support/gzip.h"

namespace carousel::client {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;

// "good" anywhere makes a text positive; a text that is empty has an error.
grpc::Status Classify(const v1::PredictRequest& request,
                      v1::PredictResponse& response) {
  response.set_model("imdb");
  response.set_version(3);
  response.set_negative_label("neg");
  response.set_positive_label("pos");
  response.set_majority_label("neg");
  for (const std::string& text : request.texts()) {
    auto& result = *response.add_results();
    if (text.empty()) {
      result.mutable_error()->set_code("INVALID_ARGUMENT");
      result.mutable_error()->set_message("the text has no token");
      continue;
    }
    const bool positive = text.find("good") != std::string::npos;
    result.mutable_prediction()->set_label(positive ? "pos" : "neg");
    result.mutable_prediction()->set_probability(positive ? 0.75 : 0.25);
  }
  return grpc::Status::OK;
}

class PredictTest : public CliTest {
 protected:
  PredictTest() {
    server_.predict = [this](const auto& request, auto& response) {
      {
        // Several calls are under way at once.
        MutexLock lock(mutex_);
        for (const std::string& text : request.texts()) texts_.push_back(text);
      }
      return Classify(request, response);
    };
  }

  // Predicts `csv` and returns what it came to.
  Outcome PredictCsv(const std::string& csv,
                     std::vector<std::string> options = {}) {
    options.insert(options.begin(),
                   {"predict", "--model=imdb",
                    "--csv=" + WriteInput("in.csv", csv), "--out=" + out_});
    return Run(options);
  }

  bool OutputExists() const { return std::filesystem::exists(out_); }

  Mutex mutex_;
  // What the server was asked; under mutex_ while calls are under way.
  std::vector<std::string> texts_;
  const std::string out_ = folder_ / "out.csv";
};

TEST_F(PredictTest, AnswersTheTextsItIsGiven) {
  const Outcome outcome = Run({"predict", "--model=imdb", "--text=a good film",
                               "--text", "bad", "--json"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out, R"({"model":"imdb","version":3,"results":[)"
                         R"({"index":0,"label":"pos","probability":0.75},)"
                         R"({"index":1,"label":"neg","probability":0.25}]})"
                         "\n");
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST_F(PredictTest, TakesAnyTextOnTheCommandLine) {
  const Outcome outcome =
      Run({"predict", "--model=imdb", "--text=", "--text", "", "--text",
           "--json", "--text=[a, b]", "--text=a=b", "--text=models"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(texts_, ElementsAre("", "", "--json", "[a, b]", "a=b", "models"));
}

TEST_F(PredictTest, ATextThatHasAnErrorDoesNotFailItsNeighbours) {
  const Outcome outcome =
      Run({"predict", "--model=imdb", "--text=", "--text=good", "--json"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.Json()["results"],
            nlohmann::ordered_json::parse(
                R"([{"index":0,"error":{"code":"INVALID_ARGUMENT",
                     "message":"the text has no token"}},
                    {"index":1,"label":"pos","probability":0.75}])"));
  EXPECT_THAT(outcome.err, HasSubstr("warning: 1 of 2 texts"));
}

TEST_F(PredictTest, ReadsTextsFromStandardInputOneALine) {
  input_ = "good\r\n\nbad\xFF\nlast without an end";
  const Outcome outcome = Run({"predict", "--model=imdb"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(texts_,
              ElementsAre("good", "", "bad\xFF", "last without an end"));
  EXPECT_THAT(outcome.out, AllOf(HasSubstr("pos         0.7500  good\n"),
                                 HasSubstr("the text has no token\n"),
                                 HasSubstr("neg         0.2500  bad?\n")));
}

TEST_F(PredictTest, IndexesCountOverAllCalls) {
  for (int i = 0; i < 1200; ++i) absl::StrAppend(&input_, "line ", i, "\n");
  const auto results =
      Run({"predict", "--model=imdb", "--json"}).Json()["results"];
  ASSERT_THAT(results, SizeIs(1200));
  for (int i = 0; i < 1200; ++i) EXPECT_EQ(results[i]["index"], i);
}

TEST_F(PredictTest, NoTextAtAllIsInvalidInput) {
  const Outcome outcome = Run({"predict", "--model=imdb"});
  EXPECT_EQ(outcome.code, 4);
  EXPECT_THAT(outcome.err, HasSubstr("--text"));
}

TEST_F(PredictTest, AModelThatIsNotThereIsThree) {
  server_.predict = [](const auto&, auto&) {
    return grpc::Status(grpc::StatusCode::NOT_FOUND, "there is no model imdb");
  };
  EXPECT_EQ(Run({"predict", "--model=imdb", "--text=good"}).code, 3);
}

TEST_F(PredictTest, ASubmissionHasOneRowForEachInputRowInOrder) {
  std::string csv = "id,review\n";
  std::string expected = "id,sentiment\n";
  for (int i = 0; i < 1500; ++i) {
    absl::StrAppend(&csv, "row-", i, i % 2 ? ",good\n" : ",bad\n");
    absl::StrAppend(&expected, "row-", i, i % 2 ? ",pos\n" : ",neg\n");
  }
  const Outcome outcome = PredictCsv(csv);
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_THAT(ReadFile(out_), IsOkAndHolds(expected));
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("Wrote 1,500 rows"), Not(HasSubstr("warning"))));
  EXPECT_THAT(outcome.out, IsEmpty());
}

TEST_F(PredictTest, AServerAtFaultIsNoAnswerInASubmission) {
  server_.predict = [](const auto&, v1::PredictResponse& response) {
    response.set_model("imdb");
    response.set_negative_label("neg");
    response.set_positive_label("pos");
    response.set_majority_label("pos");
    v1::TextError& error = *response.add_results()->mutable_error();
    error.set_code("INTERNAL");
    error.set_message("memory ran out");
    return grpc::Status::OK;
  };
  const Outcome outcome = PredictCsv("id,review\n7,good\n");
  EXPECT_EQ(outcome.code, 1);
  EXPECT_THAT(outcome.err,
              HasSubstr("row 1 has no answer: INTERNAL: memory ran out"));
  EXPECT_FALSE(std::filesystem::exists(out_));
}

TEST_F(PredictTest, ReadsWhatCsvMayHold) {
  ASSERT_EQ(PredictCsv("\xEF\xBB\xBFreview,other,id\r\n"
                       "\"a \"\"good\"\",\nfilm\",x,\"1,5\"\r\n"
                       "bad,y,2")
                .code,
            0);
  EXPECT_THAT(texts_, ElementsAre("a \"good\",\nfilm", "bad"));
  EXPECT_THAT(ReadFile(out_),
              IsOkAndHolds("id,sentiment\n\"1,5\",pos\n2,neg\n"));
}

TEST_F(PredictTest, ReadsGzippedInput) {
  ASSERT_EQ(PredictCsv(Gzip("id,review\n7,good\n")).code, 0);
  EXPECT_THAT(ReadFile(out_), IsOkAndHolds("id,sentiment\n7,pos\n"));
}

TEST_F(PredictTest, ColumnsAreChosenByName) {
  ASSERT_EQ(PredictCsv("key,body\n7,good\n",
                       {"--id_column=key", "--text_column=body"})
                .code,
            0);
  EXPECT_THAT(ReadFile(out_), IsOkAndHolds("id,sentiment\n7,pos\n"));
}

TEST_F(PredictTest, RowsWithAnErrorGetTheMajorityAndAreCounted) {
  const Outcome outcome = PredictCsv("id,review\n1,good\n2,\n3,\n");
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(ReadFile(out_),
              IsOkAndHolds("id,sentiment\n1,pos\n2,neg\n3,neg\n"));
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("warning: 2 of 3 rows"), HasSubstr("\"neg\""),
                    HasSubstr("number 2: the text has no token")));
}

TEST_F(PredictTest, OnErrorChoosesTheLabel) {
  const Outcome outcome =
      PredictCsv("id,review\n1,good\n2,\n", {"--on_error=pos"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(ReadFile(out_), IsOkAndHolds("id,sentiment\n1,pos\n2,pos\n"));
}

TEST_F(PredictTest, OnErrorMustBeALabelOfTheModel) {
  const Outcome outcome =
      PredictCsv("id,review\n1,good\n", {"--on_error=positive"});
  EXPECT_EQ(outcome.code, 4);
  EXPECT_THAT(outcome.err, AllOf(HasSubstr("\"positive\""),
                                 HasSubstr("\"neg\""), HasSubstr("\"pos\"")));
  EXPECT_FALSE(OutputExists());
}

TEST_F(PredictTest, JsonHoldsTheResultsOfAFileToo) {
  const auto json = PredictCsv("id,review\n1,good\n2,\n", {"--json"}).Json();
  EXPECT_THAT(Keys(json), ElementsAre("model", "version", "results"));
  EXPECT_EQ(json["results"][0]["label"], "pos");
  EXPECT_EQ(json["results"][1]["error"]["code"], "INVALID_ARGUMENT");
}

TEST_F(PredictTest, AFileWithoutRowsMakesAHeader) {
  server_.get_model = [](const auto& request, auto& response) {
    response.mutable_version()->set_model(request.model());
    response.mutable_version()->set_version(3);
    return grpc::Status::OK;
  };
  const Outcome outcome = PredictCsv("id,review\n", {"--json"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(ReadFile(out_), IsOkAndHolds("id,sentiment\n"));
  EXPECT_EQ(outcome.Json()["version"], 3);
  EXPECT_THAT(outcome.err, HasSubstr("has no rows"));
}

TEST_F(PredictTest, BadFilesAreInvalidInputAndWriteNothing) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "empty"},
      {"id,text\n1,good\n", "\"review\""},
      {"key,review\n1,good\n", "--id_column"},
      {"id,review\n1,good\n2,\"never closed", "row 2"},
      {"id,review\n1,good,more\n", "row 1"},
      {Gzip("id,review\n1,good\n").substr(0, 20), "in.csv"}};
  for (const auto& [csv, part] : cases) {
    const Outcome outcome = PredictCsv(csv, {"--json"});
    EXPECT_EQ(outcome.code, 4) << outcome.err;
    EXPECT_THAT(outcome.err, AllOf(HasSubstr(part), HasSubstr("in.csv")));
    EXPECT_THAT(texts_, IsEmpty()) << part;
    EXPECT_FALSE(OutputExists()) << part;
  }
}

TEST_F(PredictTest, FilesThatAreNotThereAreInvalidInput) {
  const std::string in = WriteInput("in.csv", "id,review\n1,good\n");
  const Outcome no_input =
      Run({"predict", "--model=imdb",
           "--csv=" + (folder_ / "none.csv").string(), "--out=" + out_});
  EXPECT_EQ(no_input.code, 4);
  EXPECT_EQ(no_input.err.find("none.csv"), no_input.err.rfind("none.csv"));
  EXPECT_THAT(no_input.err, HasSubstr("none.csv: No such file"));
  EXPECT_EQ(Run({"predict", "--model=imdb", "--csv=" + in,
                 "--out=" + (folder_ / "none" / "out.csv").string()})
                .code,
            4);
}

TEST_F(PredictTest, AFailureKeepsTheOldFile) {
  ASSERT_OK(WriteFileAtomically(out_, "precious"));
  int calls = 0;
  server_.predict = [&calls](const auto& request, auto& response) {
    if (++calls > 1) {
      return grpc::Status(grpc::StatusCode::INTERNAL, "a bug");
    }
    return Classify(request, response);
  };
  std::string csv = "id,review\n";
  for (int i = 0; i < 1000; ++i) csv += "1,good\n";
  EXPECT_EQ(PredictCsv(csv).code, 1);
  EXPECT_THAT(ReadFile(out_), IsOkAndHolds("precious"));
}

TEST_F(PredictTest, WaitsForAQueueThatIsFull) {
  int calls = 0;
  server_.predict = [&calls](const auto& request, auto& response) {
    if (++calls == 1) {
      return StatusWithDetails(grpc::StatusCode::RESOURCE_EXHAUSTED, "full",
                               {.retry_seconds = 0.25});
    }
    return Classify(request, response);
  };
  EXPECT_EQ(Run({"predict", "--model=imdb", "--text=good"}).code, 0);
  EXPECT_THAT(waiter_.waits(), ElementsAre(absl::Milliseconds(250)));
}

}  // namespace
}  // namespace carousel::client
