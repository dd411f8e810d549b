#include "core/data/dataset.h"

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/byte_source.h"
#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/data/dataset_import.h"
#include "core/data/dataset_reader.h"
#include "core/text/encoder.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace carousel {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

SourceOpener InMemory(const std::string& content) {
  return [content] { return MakeMemorySource(content); };
}

absl::StatusOr<Dataset> Import(const std::string& content,
                               const ImportOptions& options = {},
                               const ImportLimits& limits = {}) {
  const TempDir folder;
  RETURN_IF_ERROR(
      ImportDataset(InMemory(content), options, folder.path(), limits)
          .status());
  return ReadDataset(folder.path());
}

// Ten reviews a label: enough for all three splits.
std::string TwentyReviews() {
  std::string content = "review,sentiment\n";
  for (int i = 0; i < 10; ++i) {
    absl::StrAppend(&content, "\"Good, ", i, "\",positive\n");
    absl::StrAppend(&content, "\"Bad, ", i, "\",negative\n");
  }
  return content;
}

TEST(ParseLabelTest, TakesTheUsualSpellings) {
  for (const char* text :
       {"positive", "Positive", "POS", " pos ", "1", "1\t"}) {
    EXPECT_THAT(ParseLabel(text), IsOkAndHolds(1)) << text;
  }
  for (const char* text : {"negative", "NEGATIVE", "Neg", " 0"}) {
    EXPECT_THAT(ParseLabel(text), IsOkAndHolds(0)) << text;
  }
  for (const char* text : {"", "2", "neutral", "positive!", "-1", "1.0"}) {
    EXPECT_THAT(ParseLabel(text), StatusIs(absl::StatusCode::kInvalidArgument,
                                           HasSubstr("positive or negative")))
        << text;
  }
}

TEST(ParseSharesTest, TakesThreeSharesOfAHundred) {
  EXPECT_THAT(ParseShares("70/20/10"), IsOkAndHolds(ElementsAre(70, 20, 10)));
  EXPECT_THAT(ParseShares("100/0/0"), IsOkAndHolds(ElementsAre(100, 0, 0)));
  for (const char* text :
       {"", "70/20", "70/20/10/0", "70/20/11", "0/50/50", "110/-20/10",
        "70/20/x", "70/20/10.0", "70//30", "4294967366/20/10"}) {
    EXPECT_THAT(ParseShares(text),
                StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(text)))
        << text;
  }
}

TEST(ParseSplitTest, ReadsWhatToStringWrites) {
  for (const Split split : kAllSplits) {
    EXPECT_THAT(ParseSplit(ToString(split)), IsOkAndHolds(split));
  }
  EXPECT_THAT(ParseSplit("Train"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "split is \"Train\"; it must be train, validation or "
                       "test"));
}

TEST(ImportDatasetTest, SplitsEachLabelByTheShares) {
  ASSERT_OK_AND_ASSIGN(const Dataset dataset, Import(TwentyReviews()));
  const std::array<std::size_t, 3> sizes = {14, 4, 2};
  for (const Split split : kAllSplits) {
    const std::vector<const Example*> examples = dataset.InSplit(split);
    EXPECT_EQ(examples.size(), sizes[static_cast<std::size_t>(split)]);
    std::size_t positive = 0;
    for (const Example* example : examples) positive += example->label;
    EXPECT_EQ(2 * positive, examples.size());
  }
}

TEST(ImportDatasetTest, KeepsTextsInTheOrderOfTheFileAsTheyAre) {
  ASSERT_OK_AND_ASSIGN(
      const Dataset dataset,
      Import(
          "sentiment,n,review\nNeg,a1,\"<br />So  \"\"bad\"\"\"\nPOS,a2,Fine",
          {.id_column = "n", .shares = {100, 0, 0}}));
  ASSERT_EQ(dataset.examples.size(), 2);
  EXPECT_EQ(dataset.examples[0].text, "<br />So  \"bad\"");
  EXPECT_EQ(dataset.examples[0].id, "a1");
  EXPECT_EQ(dataset.examples[0].label, 0);
  EXPECT_EQ(dataset.examples[1].text, "Fine");
  EXPECT_EQ(dataset.examples[1].id, "a2");
  EXPECT_EQ(dataset.examples[1].label, 1);
  EXPECT_THAT(dataset.label_names, ElementsAre("Neg", "POS"));
}

TEST(ImportDatasetTest, FindsDuplicatesAndConflictsAfterNormalizing) {
  const std::string content = TwentyReviews() +
                              "\"GOOD,&nbsp; 0<br />\",positive\n"  // as row 1
                              "\"good, 1\",negative\n"              // as row 3
                              "\"good, 2!\",negative\n";            // as none
  ASSERT_OK_AND_ASSIGN(const Dataset dataset, Import(content));
  EXPECT_EQ(dataset.findings.duplicate_rows, 2);
  EXPECT_EQ(dataset.findings.conflicting_groups, 1);
  EXPECT_THAT(dataset.findings.conflict_examples, ElementsAre("rows 3 and 22"));
  EXPECT_EQ(dataset.examples[20].split, dataset.examples[0].split);
  EXPECT_EQ(dataset.examples[21].split, dataset.examples[2].split);
}

TEST(ImportDatasetTest, MissingColumnListsThoseThereAre) {
  EXPECT_THAT(Import("text,label\nGood,1\n"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("\"review\""), HasSubstr("\"text\""),
                             HasSubstr("\"label\""))));
  EXPECT_THAT(
      Import(TwentyReviews(), {.id_column = "id"}),
      StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr("\"id\"")));
}

struct BadRow {
  std::string name;
  std::string row;
  std::string message;  // a part of it
};

class ImportDatasetBadRowTest : public ::testing::TestWithParam<BadRow> {};

// The bad row is the 21st, on the line after the 21 of the good ones.
TEST_P(ImportDatasetBadRowTest, NamesRowLineAndReason) {
  EXPECT_THAT(Import(TwentyReviews() + GetParam().row),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       AllOf(HasSubstr("row 21 (line 22): "),
                             HasSubstr(GetParam().message))));
}

INSTANTIATE_TEST_SUITE_P(
    Reasons, ImportDatasetBadRowTest,
    ::testing::Values(
        BadRow{"Label", "Good,neutral", "the label is \"neutral\""},
        BadRow{"Empty", ",positive", "the text is empty"},
        BadRow{"EmptyAfterCleaning", "<br /> ,positive", "the text is empty"},
        BadRow{"NotUtf8", "ab\xFF,positive", "offset 2"},
        BadRow{"TooLong",
               std::string(TextEncoder::kMaxTextBytes + 1, 'x') + ",positive",
               "the text has 1048577 bytes; the limit is 1048576"},
        BadRow{"Cut", "\"Good", "is the file cut short?"}),
    [](const auto& info) { return info.param.name; });

TEST(ImportDatasetTest, TakesIdsFromTheColumnOfThatName) {
  const std::string content =
      "id,review,sentiment\nfirst,good,pos\nsecond,bad,neg\n";
  ASSERT_OK_AND_ASSIGN(const Dataset dataset,
                       Import(content, {.shares = {100, 0, 0}}));
  EXPECT_EQ(dataset.examples[1].id, "second");
  // As the text it is no id.
  ASSERT_OK_AND_ASSIGN(
      const Dataset texts,
      Import(content, {.text_column = "id", .shares = {100, 0, 0}}));
  EXPECT_EQ(texts.examples[1].text, "second");
  EXPECT_EQ(texts.examples[1].id, "");
}

TEST(ImportDatasetTest, NamesTheLimitThatARowBreaks) {
  const std::string content =
      "review,sentiment\n"
      "one,pos\ntwo,neg\nthree,pos\n";
  const auto import = [&](const ImportLimits& limits) {
    return Import(content, {.shares = {100, 0, 0}}, limits).status();
  };
  EXPECT_OK(import({.rows = 3, .text_bytes = 11}));
  EXPECT_THAT(
      import({.rows = 2}),
      StatusIs(absl::StatusCode::kInvalidArgument,
               HasSubstr("row 3 (line 4): a dataset has at most 2 rows")));
  EXPECT_THAT(import({.text_bytes = 10}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("the texts up to here have 11 bytes; a "
                                 "dataset has at most 10")));
}

TEST(ImportDatasetTest, WantsBothLabels) {
  EXPECT_THAT(Import("review,sentiment\nGood,1\nFine,1\n"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("none of the 2 rows is labelled negative")));
  EXPECT_THAT(Import("review,sentiment\n"),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ImportDatasetTest, WantsTextsForEachSplit) {
  const std::string two = "review,sentiment\nGood,1\nBad,0\n";
  EXPECT_THAT(Import(two), StatusIs(absl::StatusCode::kInvalidArgument,
                                    HasSubstr("2 rows are too few")));
  EXPECT_OK(Import(two, {.shares = {100, 0, 0}}));
}

TEST(ImportDatasetTest, ChecksTheShares) {
  EXPECT_THAT(Import(TwentyReviews(), {.shares = {70, 20, 20}}),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("split is 70/20/20")));
}

bool Same(const Example& a, const Example& b) {
  return a.id == b.id && a.text == b.text && a.label == b.label &&
         a.split == b.split;
}

TEST(ImportDatasetTest, LeavesNothingOfAFileThatItRefuses) {
  const TempDir folder;
  EXPECT_THAT(ImportDataset(InMemory(TwentyReviews() + "Good,neutral\n"), {},
                            folder.path()),
              StatusIs(absl::StatusCode::kInvalidArgument));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(ImportDatasetTest, AFileThatChangesMeanwhileIsDataLoss) {
  const std::string content = TwentyReviews();
  for (const std::string& second :
       {content.substr(0, content.rfind('\n', content.size() - 2) + 1),
        content + "more,positive\n"}) {
    const TempDir folder;
    int opened = 0;
    const auto open = [&]() -> absl::StatusOr<std::unique_ptr<ByteSource>> {
      return MakeMemorySource(++opened == 1 ? content : second);
    };
    EXPECT_THAT(ImportDataset(open, {}, folder.path()),
                StatusIs(absl::StatusCode::kDataLoss));
    EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
  }
}

TEST(ImportDatasetTest, AStopEndsIt) {
  const TempDir folder;
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THAT(ImportDataset(InMemory(TwentyReviews()), {}, folder.path(), {},
                            stop.get_token()),
              StatusIs(absl::StatusCode::kCancelled));
}

class UnlabelledTest : public ::testing::Test {
 protected:
  absl::StatusOr<DatasetInfo> ImportTexts(const std::string& content,
                                          ImportOptions options = {}) {
    options.unlabelled = true;
    return ImportDataset(InMemory(content), options, folder_.path());
  }

  TempDir folder_;
};

TEST_F(UnlabelledTest, ReadsBackItsTextsAndNoMore) {
  ASSERT_OK_AND_ASSIGN(
      const DatasetInfo info,
      ImportTexts("id,review\na,\"One, \"\"two\"\"\"\nb,ONE\nc,one\n"));
  EXPECT_EQ(info.rows, 3);
  EXPECT_EQ(info.findings.duplicate_rows, 1);
  ASSERT_OK_AND_ASSIGN(const auto reader, DatasetReader::Open(folder_.path()));
  EXPECT_TRUE(reader->info().options.unlabelled);
  EXPECT_EQ(reader->info().rows, 3);
  EXPECT_EQ(reader->info().findings.duplicate_rows, 1);
  std::vector<std::string> read;
  for (DatasetRow row; *reader->Next(row);) {
    EXPECT_FALSE(row.label.has_value());
    EXPECT_FALSE(row.split.has_value());
    read.push_back(row.id + ": " + row.text);
  }
  EXPECT_THAT(read, ElementsAre("a: One, \"two\"", "b: ONE", "c: one"));
}

TEST_F(UnlabelledTest, NeedsNeitherALabelColumnNorManyRows) {
  EXPECT_OK(ImportTexts("body\nOne text.\n", {.text_column = "body"}));
  ASSERT_OK_AND_ASSIGN(const ImportOptions options,
                       ReadImportOptions(folder_.path()));
  EXPECT_TRUE(options.unlabelled);
  EXPECT_EQ(options.text_column, "body");
}

TEST_F(UnlabelledTest, ChecksItsTextsAsLabelledOnesAre) {
  EXPECT_THAT(ImportTexts("review\nfine\n<br />\n"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("row 2 (line 3): the text is empty")));
  EXPECT_THAT(ImportTexts("review\n"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("there must be at least one")));
  EXPECT_THAT(ImportTexts("text\nfine\n"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("no column \"review\"")));
}

TEST_F(UnlabelledTest, CannotBeReadAsALabelledOne) {
  ASSERT_OK(ImportTexts("review\nfine\n"));
  EXPECT_THAT(ReadDataset(folder_.path()),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr("have no labels")));
}

// Every dataset that was stored before there were unlabelled ones.
TEST(DatasetFilesTest, ReadsFormatOne) {
  const TempDir folder;
  ASSERT_OK(WriteFileAtomically(folder / "rows.csv",
                                "id,label,split,text\n7,1,train,fine\n"));
  ASSERT_OK(WriteFileAtomically(
      folder / "dataset.json",
      R"({"format_version": 1, "rows": 1, "label_names": ["n", "p"],
          "options": {"text_column": "t", "label_column": "l",
                      "id_column": "i", "shares": [70, 20, 10],
                      "split_seed": 3},
          "findings": {"duplicate_rows": 0, "conflicting_groups": 0,
                       "conflict_examples": []}})"));
  ASSERT_OK_AND_ASSIGN(const Dataset dataset, ReadDataset(folder.path()));
  ASSERT_EQ(dataset.examples.size(), 1);
  EXPECT_EQ(dataset.examples[0].text, "fine");
  EXPECT_EQ(dataset.options.split_seed, 3);
  EXPECT_FALSE(dataset.options.unlabelled);
}

TEST(DatasetFilesTest, ReadsBackWhatWasWritten) {
  const std::string content =
      "key,words,mood\n"
      "\"1,1\",\"A \"\"good\"\"\nfilm,\r\nreally\",Pos\n"
      "2,a GOOD film,Neg\n"
      "3,\"a good  film\",Pos\n"
      "4,\"\xEF\xBB\xBF\xC3\x9C\x62\x65l \",Neg\n";
  ASSERT_OK_AND_ASSIGN(const Dataset written,
                       Import(content, {.text_column = "words",
                                        .label_column = "mood",
                                        .id_column = "key",
                                        .shares = {50, 50, 0},
                                        .split_seed = 0xFFFFFFFFFFFFFFFF}));
  TempDir folder;
  ASSERT_OK(WriteDataset(written, folder.path()));
  ASSERT_OK_AND_ASSIGN(const Dataset read, ReadDataset(folder.path()));

  ASSERT_EQ(read.examples.size(), written.examples.size());
  for (std::size_t i = 0; i < read.examples.size(); ++i) {
    EXPECT_TRUE(Same(read.examples[i], written.examples[i])) << i;
  }
  EXPECT_EQ(read.label_names, written.label_names);
  EXPECT_EQ(read.options.text_column, "words");
  EXPECT_EQ(read.options.label_column, "mood");
  EXPECT_EQ(read.options.id_column, "key");
  EXPECT_EQ(read.options.shares, written.options.shares);
  EXPECT_EQ(read.options.split_seed, 0xFFFFFFFFFFFFFFFF);
  EXPECT_EQ(read.findings.duplicate_rows, 1);
  EXPECT_EQ(read.findings.conflicting_groups, 1);
  EXPECT_EQ(read.findings.conflict_examples,
            written.findings.conflict_examples);
}

class DamagedDatasetTest : public ::testing::Test {
 protected:
  void SetUp() override {
    ASSERT_OK_AND_ASSIGN(const Dataset dataset, Import(TwentyReviews()));
    ASSERT_OK(WriteDataset(dataset, folder_.path()));
  }
  void Replace(std::string_view file, std::string_view content) {
    ASSERT_OK(WriteFileAtomically(folder_ / file, content));
  }
  TempDir folder_;
};

TEST_F(DamagedDatasetTest, MissingFileIsNotFound) {
  ASSERT_OK(RemoveAll(folder_ / "rows.csv"));
  EXPECT_THAT(ReadDataset(folder_.path()),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("rows.csv")));
}

TEST_F(DamagedDatasetTest, AStopIsNoDamage) {
  std::stop_source stop;
  stop.request_stop();
  EXPECT_THAT(ReadDataset(folder_.path(), stop.get_token()),
              StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(DamagedDatasetTest, LostRowsAreDataLoss) {
  ASSERT_OK_AND_ASSIGN(std::string rows, ReadFile(folder_ / "rows.csv"));
  rows.resize(rows.rfind('\n', rows.size() - 2) + 1);
  Replace("rows.csv", rows);
  EXPECT_THAT(ReadDataset(folder_.path()),
              StatusIs(absl::StatusCode::kDataLoss,
                       AllOf(HasSubstr("19 rows"), HasSubstr("20"))));
}

TEST_F(DamagedDatasetTest, UnreadableFilesAreDataLoss) {
  for (const char* rows :
       {"", "a,b\n", "id,label,split,text\n,1,nowhere,x\n",
        "id,label,split,text\n,5,train,x\n", "id,label,split,text\n,1,\"tr"}) {
    Replace("rows.csv", rows);
    EXPECT_THAT(ReadDataset(folder_.path()),
                StatusIs(absl::StatusCode::kDataLoss, HasSubstr("rows.csv")))
        << rows;
  }
  for (const char* description : {"", "{}", "[1]", "{\"format_version\": 2}",
                                  "{\"format_version\": 1}"}) {
    Replace("dataset.json", description);
    EXPECT_THAT(
        ReadDataset(folder_.path()),
        StatusIs(absl::StatusCode::kDataLoss, HasSubstr("dataset.json")))
        << description;
  }
}

}  // namespace
}  // namespace carousel
