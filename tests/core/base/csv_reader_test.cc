#include "core/base/csv_reader.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/base/byte_source.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

using Records = std::vector<std::vector<std::string>>;

// Gives at most `step` bytes a read, so that every construct of the format
// meets the end of a buffer.
class TrickleSource final : public ByteSource {
 public:
  TrickleSource(std::string content, std::size_t step)
      : content_(std::move(content)), step_(step) {}

  absl::StatusOr<std::size_t> Read(char* buffer, std::size_t size) override {
    const std::size_t count =
        std::min({size, step_, content_.size() - position_});
    content_.copy(buffer, count, position_);
    position_ += count;
    return count;
  }

 private:
  const std::string content_;
  const std::size_t step_;
  std::size_t position_ = 0;
};

// The header and all records, or the first error.
absl::StatusOr<Records> ReadAll(ByteSource& source) {
  absl::StatusOr<std::unique_ptr<CsvReader>> reader = CsvReader::Create(source);
  if (!reader.ok()) return reader.status();
  Records records = {(*reader)->header()};
  std::vector<std::string> fields;
  for (;;) {
    const absl::StatusOr<bool> found = (*reader)->Next(fields);
    if (!found.ok()) return found.status();
    if (!*found) return records;
    records.push_back(fields);
  }
}

struct GoodCase {
  std::string name;
  std::string content;
  Records records;
};

class CsvReaderGoodTest : public ::testing::TestWithParam<GoodCase> {};

TEST_P(CsvReaderGoodTest, ReadsTheSameWhereverABufferEnds) {
  for (const std::size_t step : {1, 2, 3, 1 << 20}) {
    TrickleSource source(GetParam().content, step);
    EXPECT_THAT(ReadAll(source), IsOkAndHolds(GetParam().records))
        << "in steps of " << step;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rfc4180, CsvReaderGoodTest,
    ::testing::Values(
        GoodCase{
            "Plain", "a,b\n1,2\n3,4\n", {{"a", "b"}, {"1", "2"}, {"3", "4"}}},
        GoodCase{"NoLastLineEnd", "a,b\n1,2", {{"a", "b"}, {"1", "2"}}},
        GoodCase{"QuotedLastFieldAtTheEnd",
                 "a,b\n1,\"2\"",
                 {{"a", "b"}, {"1", "2"}}},
        GoodCase{"Crlf", "a,b\r\n1,\"2\"\r\n", {{"a", "b"}, {"1", "2"}}},
        GoodCase{"CrAtTheEnd", "a\r\n1\r", {{"a"}, {"1"}}},
        GoodCase{"LineEndsInQuotes",
                 "a,b\n\"x\r\ny\nz\",2\n",
                 {{"a", "b"}, {"x\r\ny\nz", "2"}}},
        GoodCase{"CommaInQuotes", "a\n\"1,2\"\n", {{"a"}, {"1,2"}}},
        GoodCase{"DoubledQuotes",
                 "a,b\n\"\"\"x\"\" y\",\"\"\"\"\n",
                 {{"a", "b"}, {"\"x\" y", "\""}}},
        GoodCase{"EmptyFields",
                 "a,b,c\n,,\n\"\",1,\n",
                 {{"a", "b", "c"}, {"", "", ""}, {"", "1", ""}}},
        GoodCase{"EmptyFieldAtTheEnd", "a,b\n1,", {{"a", "b"}, {"1", ""}}},
        GoodCase{"EmptyLinesAreSkipped",
                 "\r\n\na\n\n1\n\r\n2\n\n",
                 {{"a"}, {"1"}, {"2"}}},
        GoodCase{"QuotedEmptyFieldIsARecord", "a\n\"\"\n", {{"a"}, {""}}},
        GoodCase{"SpacesAreKept", "a,b\n 1 ,\t\n", {{"a", "b"}, {" 1 ", "\t"}}},
        GoodCase{"ByteOrderMark",
                 "\xEF\xBB\xBF\"a\",b\n1,2\n",
                 {{"a", "b"}, {"1", "2"}}},
        GoodCase{"HeaderOnly", "a,b\n", {{"a", "b"}}}),
    [](const auto& info) { return info.param.name; });

struct BadCase {
  std::string name;
  std::string content;
  std::string message;  // a part of it
};

class CsvReaderBadTest : public ::testing::TestWithParam<BadCase> {};

TEST_P(CsvReaderBadTest, SaysWhereAndWhat) {
  for (const std::size_t step : {1, 1 << 20}) {
    TrickleSource source(GetParam().content, step);
    EXPECT_THAT(ReadAll(source), StatusIs(absl::StatusCode::kInvalidArgument,
                                          HasSubstr(GetParam().message)));
  }
}

INSTANTIATE_TEST_SUITE_P(
    Rfc4180, CsvReaderBadTest,
    ::testing::Values(
        BadCase{"EmptyFile", "", "the file is empty"},
        BadCase{"OnlyAByteOrderMark", "\xEF\xBB\xBF", "the file is empty"},
        BadCase{"NotText", "\x89PNG\r\n", "header: it is not UTF-8 text"},
        BadCase{"RepeatedColumn", "a,b,a\n",
                "header: it names the column \"a\" more than once"},
        BadCase{"TooFewFields", "a,b\n1,2\n3\n",
                "row 2 (line 3): the number of fields is 1; the header has 2"},
        BadCase{"TooManyFields", "a,b\n1,2,3\n",
                "row 1 (line 2): the number of fields is 3; the header has 2"},
        BadCase{"LinesAreCountedInsideQuotes", "a,b\n\"x\n\ny\",2\n\n3\n",
                "row 2 (line 6): the number of fields is 1"},
        BadCase{"CutInsideQuotes", "a,b\n1,2\n3,\"x\ny",
                "row 2 (line 3): the quote opened on line 3 is never closed; "
                "is the file cut short?"},
        BadCase{"QuoteInsideUnquotedField", "a\nx\"y\"\n",
                "row 1 (line 2): a quote stands inside the unquoted field that "
                "begins \"x\""},
        BadCase{"TextAfterClosingQuote", "a\n\"x\"y\n",
                "row 1 (line 2): text follows a closing quote"},
        BadCase{"CarriageReturnAfterClosingQuote", "a\n\"x\"\ry\n",
                "row 1 (line 2): a carriage return follows a closing quote"}),
    [](const auto& info) { return info.param.name; });

TEST(CsvReaderTest, RefusesAFieldOverTheLimit) {
  const std::string largest(CsvReader::kMaxFieldBytes, 'x');
  EXPECT_THAT(ReadAll(*MakeMemorySource("a\n\"" + largest + "\"\n")), IsOk());
  EXPECT_THAT(ReadAll(*MakeMemorySource("a\n\"" + largest + "x\"\n")),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("a field is larger than 16777216 bytes")));
}

TEST(CsvReaderTest, RefusesMoreColumnsThanTheLimit) {
  const std::string content(CsvReader::kMaxColumns, ',');
  EXPECT_THAT(ReadAll(*MakeMemorySource(content)),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("there are more than 4096 fields")));
}

TEST(CsvReaderTest, FindsColumnsByName) {
  const std::unique_ptr<ByteSource> source = MakeMemorySource("id,review\n");
  ASSERT_OK_AND_ASSIGN(const auto reader, CsvReader::Create(*source));
  EXPECT_THAT(reader->FindColumn("review"), IsOkAndHolds(1));
  EXPECT_THAT(reader->FindColumn("text"),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       "there is no column \"text\"; the file has \"id\", "
                       "\"review\""));
}

TEST(CsvReaderTest, KnowsTheRowAndTheLineOfTheRecordItGave) {
  const std::unique_ptr<ByteSource> source =
      MakeMemorySource("a\n\"x\ny\"\n\nz\n");
  ASSERT_OK_AND_ASSIGN(const auto reader, CsvReader::Create(*source));
  std::vector<std::string> fields;
  ASSERT_THAT(reader->Next(fields), IsOkAndHolds(true));
  EXPECT_EQ(reader->Where(), "row 1 (line 2)");
  ASSERT_THAT(reader->Next(fields), IsOkAndHolds(true));
  EXPECT_EQ(reader->Where(), "row 2 (line 5)");
  EXPECT_THAT(fields, ElementsAre("z"));
  ASSERT_THAT(reader->Next(fields), IsOkAndHolds(false));
  EXPECT_EQ(reader->row(), 2);
}

// "a,b\n1,\"x, y\"\n" by gzip -n.
constexpr std::string_view kGzipped(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x4b\xd4\x49\xe2\x32\xd4"
    "\x51\xaa\xd0\x51\xa8\x54\xe2\x02\x00\x5b\xf9\x34\x4e\x0d\x00\x00"
    "\x00",
    33);

TEST(CsvReaderTest, ReadsGzip) {
  EXPECT_THAT(ReadAll(*MakeMemorySource(std::string(kGzipped))),
              IsOkAndHolds(Records{{"a", "b"}, {"1", "x, y"}}));
}

TEST(CsvReaderTest, ACutGzipStreamIsDataLoss) {
  const std::string cut(kGzipped.substr(0, kGzipped.size() - 6));
  EXPECT_THAT(ReadAll(*MakeMemorySource(cut)),
              StatusIs(absl::StatusCode::kDataLoss));
}

TEST(CsvFieldTest, QuotesOnlyWhatMustBe) {
  EXPECT_EQ(CsvField("it's fine"), "it's fine");
  EXPECT_EQ(CsvField(""), "");
  EXPECT_EQ(CsvField("a,b"), "\"a,b\"");
  EXPECT_EQ(CsvField("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(CsvField("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(CsvField("ends in CR\r"), "\"ends in CR\r\"");
}

TEST(CsvFieldTest, ReadsBackAsItWas) {
  const std::vector<std::string> fields = {
      "plain", "", "a,b", "\"", "\"\"", "x\r\ny\r", "\n", " , \" ", "\r"};
  std::string content = "c0,c1,c2,c3,c4,c5,c6,c7,c8\n";
  for (const std::string& field : fields) content += CsvField(field) + ",";
  content.back() = '\n';
  ASSERT_OK_AND_ASSIGN(const Records records,
                       ReadAll(*MakeMemorySource(content)));
  EXPECT_EQ(records.at(1), fields);
}

}  // namespace
}  // namespace carousel
