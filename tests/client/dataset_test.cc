// carousel dataset import, list, describe, delete
#include <cstdint>
#include <string>

#include "core/base/byte_source.h"
#include "core/base/csv_reader.h"
#include "tests/client/cli_fixture.h"

namespace carousel::client {
namespace {

using ::testing::AllOf;
using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class DatasetTest : public CliTest {
 protected:
  DatasetTest() {
    server_.upload_dataset = [this](auto& reader, auto& response) {
      v1::UploadDatasetRequest request;
      while (reader.Read(&request)) {
        if (request.has_header()) header_ = request.header();
        if (request.has_data()) received_ += request.data();
      }
      response.mutable_dataset()->set_name(header_.name());
      response.set_is_new(is_new_);
      return grpc::Status::OK;
    };
    server_.describe = [this](const auto& request, auto& response) {
      request_ = request;
      response = response_;
      response.mutable_dataset()->set_name(request.name());
      response.mutable_dataset()->set_rows(10);
      *response.mutable_statistics() = statistics_;
      if (!request.vectors().empty()) {
        v1::Coverage& coverage =
            *response.mutable_statistics()->mutable_coverage();
        coverage.set_tokens(0.75);
        coverage.set_words(0.5);
        coverage.add_unknown_words()->set_word("woozy");
        coverage.mutable_unknown_words(0)->set_count(1200);
      }
      return grpc::Status::OK;
    };
    (*statistics_.mutable_labels())["positive"] = 6;
    (*statistics_.mutable_labels())["negative"] = 4;
    (*statistics_.mutable_splits())["train"] = 7;
    (*statistics_.mutable_splits())["validation"] = 2;
    (*statistics_.mutable_splits())["test"] = 1;
    statistics_.mutable_tokens()->set_median(174);
    statistics_.mutable_tokens()->set_mean(234.5);
    statistics_.mutable_tokens()->set_p95(600);
    statistics_.mutable_tokens()->set_max(1839);
    statistics_.set_duplicates(2);
    statistics_.set_vocabulary(1000);
    statistics_.mutable_padding()->set_length(400);
    statistics_.mutable_padding()->set_padded_share(0.25);
  }

  bool is_new_ = true;
  v1::DatasetHeader header_;
  std::string received_;
  v1::DatasetStatistics statistics_;
  v1::DescribeDatasetResponse response_;  // but for name and statistics
  v1::DescribeDatasetRequest request_;    // the last one
};

TEST_F(DatasetTest, ImportSendsTheFileAndSaysWhatIsInIt) {
  const std::string file = WriteInput("imdb.csv", "review,sentiment\n");
  const Outcome outcome = Run({"dataset", "import", "imdb", file});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(received_, "review,sentiment\n");
  EXPECT_EQ(header_.name(), "imdb");
  EXPECT_EQ(header_.text_column(), "");
  EXPECT_EQ(header_.split(), "");
  EXPECT_FALSE(header_.has_split_seed());
  EXPECT_THAT(outcome.out,
              AllOf(HasSubstr("4 negative, 6 positive"),
                    HasSubstr("7 train, 2 validation, 1 test"),
                    HasSubstr("duplicates"), HasSubstr("median 174"),
                    HasSubstr("25.00 % of the positions padded")));
}

TEST_F(DatasetTest, ImportTakesTextsWithoutLabels) {
  statistics_.clear_labels();
  statistics_.clear_splits();
  response_.mutable_dataset()->set_unlabelled(true);
  const std::string file = WriteInput("texts.csv", "x");
  const Outcome outcome =
      Run({"dataset", "import", "texts", file, "--unlabelled"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_TRUE(header_.unlabelled());
  EXPECT_THAT(outcome.out, AllOf(ContainsRegex("labels +none, and no splits"),
                                 Not(HasSubstr("train"))));
  const auto json = Run({"dataset", "describe", "texts", "--json"}).Json();
  EXPECT_EQ(json["unlabelled"], true);
  EXPECT_EQ(json["labels"].dump(), "{}");
  EXPECT_EQ(json["splits"].dump(), "{}");
  ASSERT_EQ(Run({"dataset", "import", "imdb", file}).code, 0);
  EXPECT_FALSE(header_.unlabelled());
}

TEST_F(DatasetTest, ImportPassesItsOptionsOn) {
  const std::string file = WriteInput("imdb.csv", "x");
  ASSERT_EQ(Run({"dataset", "import", "imdb", file, "--text_column=body",
                 "--label_column=stars", "--id_column=key", "--split=80/10/10",
                 "--split_seed=7"})
                .code,
            0);
  EXPECT_EQ(header_.text_column(), "body");
  EXPECT_EQ(header_.label_column(), "stars");
  EXPECT_EQ(header_.id_column(), "key");
  EXPECT_EQ(header_.split(), "80/10/10");
  EXPECT_EQ(header_.split_seed(), 7u);
}

// What a server says that looks for `column` in `file`.
grpc::Status MissingColumn(const std::string& file, const std::string& column) {
  const auto source = OpenByteSource(file);
  EXPECT_OK(source);
  const auto reader = CsvReader::Create(**source);
  EXPECT_OK(reader);
  return {grpc::StatusCode::INVALID_ARGUMENT,
          std::string((*reader)->FindColumn(column).status().message())};
}

TEST_F(DatasetTest, AColumnThatIsNotThereComesWithTheOptionThatNamesIt) {
  const std::string file = WriteInput("cols.csv", "text,label\n");
  grpc::Status answer;
  server_.upload_dataset = [&answer](auto&, auto&) { return answer; };

  answer = MissingColumn(file, "review");
  const Outcome text = Run({"dataset", "import", "d", file});
  EXPECT_EQ(text.code, 4);
  EXPECT_THAT(
      text.err,
      HasSubstr("carousel: there is no column \"review\"; the file has "
                "\"text\", \"label\"; choose one with --text_column\n"));
  answer = MissingColumn(file, "sentiment");
  EXPECT_THAT(Run({"dataset", "import", "d", file, "--text_column=text"}).err,
              HasSubstr("choose one with --label_column"));
  answer = MissingColumn(file, "key");
  EXPECT_THAT(Run({"dataset", "import", "d", file, "--id_column=key"}).err,
              HasSubstr("choose one with --id_column"));
  answer = {grpc::StatusCode::INVALID_ARGUMENT, "line 7 has no end"};
  EXPECT_THAT(Run({"dataset", "import", "d", file}).err,
              Not(HasSubstr("choose")));
}

TEST_F(DatasetTest, DescribeHasItsFields) {
  const Outcome outcome = Run({"dataset", "describe", "imdb", "--json"});
  EXPECT_EQ(
      outcome.out,
      R"({"dataset":"imdb","rows":10,"labels":{"negative":4,"positive":6},)"
      R"("splits":{"train":7,"validation":2,"test":1},)"
      R"("tokens":{"median":174.0,"mean":234.5,"p95":600.0,"max":1839},)"
      R"("duplicates":2,"vocabulary":1000,"coverage":null,)"
      R"("padding":{"length":400,"padded_share":0.25},"unlabelled":false,)"
      R"("lengths":[],"frequent_words":[],"overlaps":[]})"
      "\n");
}

TEST_F(DatasetTest, LabelsThatAreSpeltOtherwiseAreExplained) {
  statistics_.clear_labels();
  (*statistics_.mutable_labels())["1"] = 6000;
  (*statistics_.mutable_labels())["0"] = 4;
  EXPECT_THAT(Run({"dataset", "describe", "d"}).out,
              HasSubstr("4 negative (0), 6,000 positive (1)\n"));
  statistics_.clear_labels();
  (*statistics_.mutable_labels())["pos"] = 6;
  (*statistics_.mutable_labels())["neg"] = 4;
  EXPECT_THAT(Run({"dataset", "describe", "d"}).out,
              HasSubstr("4 negative (neg), 6 positive (pos)\n"));
}

TEST_F(DatasetTest, DescribeMeasuresTheCoverageOfVectors) {
  const auto json =
      Run({"dataset", "describe", "imdb", "--vectors=glove", "--json"}).Json();
  EXPECT_EQ(json["coverage"]["tokens"], 0.75);
  EXPECT_EQ(json["coverage"]["words"], 0.5);
  EXPECT_EQ(json["coverage"]["unknown"].dump(),
            R"([{"word":"woozy","count":1200}])");
  EXPECT_THAT(Run({"dataset", "describe", "imdb", "--vectors=glove"}).out,
              AllOf(HasSubstr("75.00 % of the tokens"),
                    ContainsRegex("without vector +woozy 1,200")));
  EXPECT_EQ(request_.unknown_words(), 0) << "the server's default";
  Run({"dataset", "describe", "imdb", "--vectors=glove", "--unknown=25"});
  EXPECT_EQ(request_.unknown_words(), 25);
  EXPECT_EQ(Run({"dataset", "describe", "imdb", "--unknown=5"}).code, 2);
  const Outcome many =
      Run({"dataset", "describe", "imdb", "--vectors=glove", "--unknown=1001"});
  EXPECT_EQ(many.code, 4);
  EXPECT_THAT(many.err,
              HasSubstr("--unknown is 1001; it must be in [1, 1000]"));
}

TEST_F(DatasetTest, DescribeComparesWithOtherDatasets) {
  v1::DatasetOverlap& overlap = *response_.add_overlaps();
  overlap.set_dataset("more");
  overlap.set_rows(9);
  (*overlap.mutable_splits())["train"] = 7;
  (*overlap.mutable_splits())["validation"] = 2;
  const auto json =
      Run({"dataset", "describe", "imdb", "--compare=more", "--json"}).Json();
  EXPECT_THAT(request_.compare_with(), ElementsAre("more"));
  EXPECT_EQ(json["overlaps"].dump(),
            R"([{"dataset":"more","rows":9,"splits":{"train":7,)"
            R"("validation":2,"test":0},"other_splits":{}}])");
  EXPECT_THAT(
      Run({"dataset", "describe", "imdb", "--compare=all"}).out,
      ContainsRegex("also in more +9 of the texts \\(7 train, 2 validation"));
  EXPECT_THAT(request_.compare_with(), ElementsAre("*"));
  Run({"dataset", "describe", "imdb", "--compare=a", "--compare=b"});
  EXPECT_THAT(request_.compare_with(), ElementsAre("a", "b"));
}

TEST_F(DatasetTest, DescribeDrawsLengthsOnATerminal) {
  for (const std::int64_t from : {0, 50}) {
    v1::HistogramBin& bin = *statistics_.add_lengths();
    bin.set_from(from);
    (*bin.mutable_texts())["positive"] = 3 * (from / 50 + 1);
    (*bin.mutable_texts())["negative"] = 0;
  }
  statistics_.add_frequent_words()->set_word("the");
  statistics_.mutable_frequent_words(0)->set_count(12);
  const std::string plain = Run({"dataset", "describe", "imdb"}).out;
  EXPECT_THAT(plain, AllOf(HasSubstr("0-49         0         3\n"),
                           HasSubstr("50+         0         6\n"),
                           ContainsRegex("most frequent +the\n")));
  terminal_ = true;
  EXPECT_THAT(Run({"dataset", "describe", "imdb"}).out, HasSubstr("### 6\n"));
  variables_["LANG"] = "en_US.UTF-8";
  EXPECT_THAT(Run({"dataset", "describe", "imdb"}).out,
              HasSubstr("\xE2\x96\x88 6\n"));
  const auto json = Run({"dataset", "describe", "imdb", "--json"}).Json();
  EXPECT_EQ(json["lengths"][1].dump(),
            R"({"from":50,"texts":{"negative":0,"positive":6}})");
  EXPECT_EQ(json["frequent_words"].dump(), R"([{"word":"the","count":12}])");
}

TEST_F(DatasetTest, WarnsOfTextsWithBothLabels) {
  EXPECT_THAT(Run({"dataset", "describe", "imdb"}).err, IsEmpty());
  statistics_.set_conflicting_groups(1);
  statistics_.add_conflict_examples("rows 12 and 40");
  EXPECT_THAT(Run({"dataset", "describe", "imdb", "--json"}).err,
              AllOf(HasSubstr("both labels"), HasSubstr("rows 12 and 40")));
}

TEST_F(DatasetTest, TheSameContentAgainIsSaidToBeThere) {
  const std::string file = WriteInput("imdb.csv", "x");
  EXPECT_THAT(Run({"dataset", "import", "imdb", file}).err,
              Not(HasSubstr("already")));
  is_new_ = false;
  const Outcome outcome = Run({"dataset", "import", "imdb", file});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_THAT(outcome.err, HasSubstr("already"));
}

TEST_F(DatasetTest, AFileThatIsNotThereIsInvalidInput) {
  const Outcome outcome =
      Run({"dataset", "import", "imdb", folder_ / "none.csv", "--json"});
  EXPECT_EQ(outcome.code, 4);
  EXPECT_EQ(outcome.Json()["error"]["code"], "INVALID_ARGUMENT");
  EXPECT_THAT(outcome.err, HasSubstr("none.csv"));
}

TEST_F(DatasetTest, ListHasItsFields) {
  server_.list_datasets = [](const auto&, auto& response) {
    auto& dataset = *response.add_datasets();
    dataset.set_name("imdb");
    dataset.set_rows(10000);
    return grpc::Status::OK;
  };
  const auto json = Run({"dataset", "list", "--json"}).Json();
  EXPECT_THAT(
      Keys(json["datasets"][0]),
      ElementsAre("dataset", "rows", "unlabelled", "sha256", "created_at"));
  EXPECT_THAT(Run({"dataset", "list"}).out, HasSubstr("imdb     10,000"));
}

TEST_F(DatasetTest, DeleteSaysWhatIsGone) {
  server_.delete_dataset = [](const auto& request, auto&) {
    EXPECT_EQ(request.name(), "imdb");
    return grpc::Status::OK;
  };
  EXPECT_EQ(Run({"dataset", "delete", "imdb", "--json"}).out,
            "{\"dataset\":\"imdb\",\"deleted\":true}\n");
  EXPECT_EQ(Run({"dataset", "delete", "imdb"}).out,
            "Deleted the dataset imdb.\n");
}

}  // namespace
}  // namespace carousel::client
