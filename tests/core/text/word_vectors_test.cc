#include "core/text/word_vectors.h"

#include <zlib.h>

#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

absl::StatusOr<WordVectors> Read(std::string content,
                                 WordVectorsSummary* summary = nullptr,
                                 const WordFilter& filter = nullptr) {
  const auto source = MakeMemorySource(std::move(content));
  return ReadWordVectors(*source, filter, summary);
}

std::string Gzip(std::string content) {
  z_stream stream = {};
  constexpr int kGzip = 16 + MAX_WBITS;
  EXPECT_EQ(deflateInit2(&stream, Z_BEST_SPEED, Z_DEFLATED, kGzip, 8,
                         Z_DEFAULT_STRATEGY),
            Z_OK);
  std::string out(deflateBound(&stream, content.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(content.data());
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  EXPECT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

TEST(WordVectorsTest, FindsWhatWasAddedFirst) {
  WordVectors vectors(2);
  EXPECT_TRUE(vectors.Add("good", std::vector<float>{1, 2}));
  EXPECT_TRUE(vectors.Add("bad", std::vector<float>{3, 4}));
  EXPECT_FALSE(vectors.Add("good", std::vector<float>{5, 6}));
  EXPECT_EQ(vectors.size(), 2u);
  EXPECT_THAT(vectors.Find("good"), ElementsAre(1, 2));
  EXPECT_THAT(vectors.vector(1), ElementsAre(3, 4));
  EXPECT_EQ(vectors.word(1), "bad");
  EXPECT_THAT(vectors.Find("ugly"), IsEmpty());
  EXPECT_THAT(vectors.Find(""), IsEmpty());
}

TEST(ReadWordVectorsTest, ReadsWord2VecText) {
  WordVectorsSummary summary;
  ASSERT_OK_AND_ASSIGN(const auto vectors,
                       Read("2 3\ngood 0.5 -1 2e-3\nn't 1 2 3\n", &summary));
  EXPECT_THAT(vectors.Find("good"), ElementsAre(0.5f, -1.0f, 0.002f));
  EXPECT_THAT(vectors.Find("n't"), ElementsAre(1, 2, 3));
  EXPECT_EQ(summary.format, VectorFormat::kWord2VecText);
  EXPECT_EQ(ToString(summary.format), "word2vec");
  EXPECT_EQ(summary.words, 2);
  EXPECT_EQ(summary.duplicates, 0);
  EXPECT_EQ(summary.dimension, 3u);
}

TEST(ReadWordVectorsTest, ReadsGloVeText) {
  WordVectorsSummary summary;
  ASSERT_OK_AND_ASSIGN(const auto vectors,
                       Read(", 0.5 -1\n1 2 3\ncafé 4 5", &summary));
  EXPECT_THAT(vectors.Find(","), ElementsAre(0.5f, -1.0f));
  EXPECT_THAT(vectors.Find("1"), ElementsAre(2, 3));
  EXPECT_THAT(vectors.Find("café"), ElementsAre(4, 5));
  EXPECT_EQ(summary.format, VectorFormat::kGloveText);
  EXPECT_EQ(ToString(summary.format), "glove");
}

TEST(ReadWordVectorsTest, ToleratesOtherLineEndsAndSpaces) {
  ASSERT_OK_AND_ASSIGN(const auto vectors,
                       Read("2 2 \r\ngood 1 2 \r\nbad\t3  4\t\r\n\r\n\n"));
  EXPECT_THAT(vectors.Find("good"), ElementsAre(1, 2));
  EXPECT_THAT(vectors.Find("bad"), ElementsAre(3, 4));
}

TEST(ReadWordVectorsTest, ReadsGzip) {
  std::string content = "1000 2\n";
  for (int i = 0; i < 1000; ++i) {
    absl::StrAppend(&content, "w", i, " ", i, " 1\n");
  }
  ASSERT_OK_AND_ASSIGN(const auto vectors, Read(Gzip(content)));
  EXPECT_EQ(vectors.size(), 1000u);
  EXPECT_THAT(vectors.Find("w999"), ElementsAre(999, 1));
}

TEST(ReadWordVectorsTest, DropsAByteOrderMark) {
  for (const std::string content : {"\xEF\xBB\xBFthe 1 2\nfilm 3 4\n",
                                    "\xEF\xBB\xBF"
                                    "2 2\nthe 1 2\nfilm 3 4\n",
                                    "\xEF\xBB\xBF the 1 2\nfilm 3 4\n"}) {
    ASSERT_OK_AND_ASSIGN(const WordVectors vectors, Read(content));
    EXPECT_EQ(vectors.size(), 2u) << content;
    EXPECT_THAT(vectors.Find("the"), ElementsAre(1, 2)) << content;
  }
}

TEST(ReadWordVectorsTest, ReadsGloVeWordsWithSpaces) {
  ASSERT_OK_AND_ASSIGN(
      const auto vectors,
      Read("good 1 2\n. . . 3 4\nat name@domain.com 5 6\n1 of 7 8\n"));
  EXPECT_THAT(vectors.Find(". . ."), ElementsAre(3, 4));
  EXPECT_THAT(vectors.Find("at name@domain.com"), ElementsAre(5, 6));
  EXPECT_THAT(vectors.Find("1 of"), ElementsAre(7, 8));
  // Also in the first line, which tells the dimension.
  ASSERT_OK_AND_ASSIGN(const auto first, Read(". . . 3 4\ngood 1 2\n"));
  EXPECT_EQ(first.dimension(), 2u);
  EXPECT_THAT(first.Find(". . ."), ElementsAre(3, 4));
}

TEST(ReadWordVectorsTest, KeepsTheFirstOfARepeatedWord) {
  WordVectorsSummary summary;
  const WordFilter filter = [](std::string_view word) { return word != "b"; };
  ASSERT_OK_AND_ASSIGN(
      const auto vectors,
      Read("5 1\na 1\nb 2\na 3\nb 4\nb 5\n", &summary, filter));
  EXPECT_THAT(vectors.Find("a"), ElementsAre(1));
  // Kept or not, a word counts once.
  EXPECT_EQ(summary.words, 2);
  EXPECT_EQ(summary.duplicates, 3);
}

TEST(ReadWordVectorsTest, FiltersButChecksEverything) {
  const WordFilter only_good = [](std::string_view word) {
    return word == "good";
  };
  WordVectorsSummary summary;
  ASSERT_OK_AND_ASSIGN(const auto vectors, Read("the 1 2\ngood 3 4\nof 5 6\n",
                                                &summary, only_good));
  EXPECT_EQ(vectors.size(), 1u);
  EXPECT_THAT(vectors.Find("good"), ElementsAre(3, 4));
  EXPECT_THAT(vectors.Find("the"), IsEmpty());
  EXPECT_EQ(summary.words, 3);
  EXPECT_THAT(Read("good 1 2\nthe 1 x\n", nullptr, only_good),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST(ReadWordVectorsTest, ReadsNumbersNearTheLimitsOfAFloat) {
  ASSERT_OK_AND_ASSIGN(const auto vectors,
                       Read("a 3.4028235e38 1.4e-45 1e-60 -0.0 1E2 .5 5.\n"));
  EXPECT_THAT(vectors.Find("a"), ElementsAre(3.4028235e38f, 1.4e-45f, 0.0f,
                                             0.0f, 100.0f, 0.5f, 5.0f));
}

struct BrokenCase {
  std::string content;
  std::string_view message;
};

TEST(ReadWordVectorsTest, SaysWhichLineIsWrong) {
  const BrokenCase cases[] = {
      {"", "it is empty"},
      {"\n\r\n", "it is empty"},
      {std::string("\x89PNG\r\n\x1A\n\0\0\0\rIHDR", 16),
       "line 1: neither word2vec's"},
      {std::string(70'000, '\xFF'), "line 1: neither word2vec's"},
      {"review,sentiment\nGood,1\n", "line 1: neither word2vec's"},
      {"0 100\n", "line 1: the header says 0 words; it must say 1 to 10000000"},
      {"10000001 1\n", "line 1: the header says 10000001 words"},
      {"2 0\n", "line 1: the dimension is 0; it must be in [1, 4096]"},
      {"1 4097\n", "line 1: the dimension is 4097; it must be in [1, 4096]"},
      {"2 2\na 1 2\n\nb 3 4\n", "line 3 is empty, and more lines follow"},
      {"2 2\na 1 2\nb 3\n", "line 3: a word and 1 numbers; the dimension is 2"},
      {"2 2\na 1 2\nb 3 4 5\n", "line 3: a word and 3 numbers"},
      {"a 1 2\nb 3\n", "line 2: a word and 1 numbers; the dimension is 2"},
      {"a 1 2\nb 3 4 5\n",
       "line 2, byte 8: field 2 is \"3\", one number too many"},
      {"a 1 2\nb 3 x4\n",
       "line 2, byte 10: field 3 is \"x4\", which is not a number"},
      {"1 2\na 1 0x10\n", "line 2, byte 8: field 3 is \"0x10\""},
      {"1 2\r\na 1,5 2\n", "line 2, byte 7: field 2 is \"1,5\""},
      {"a 1 2\nb nan 4\n",
       "line 2, byte 8: field 2 is \"nan\", which is not a "
       "finite float"},
      {"a 1 2\nb 4 -inf\n", "line 2, byte 10: field 3 is \"-inf\""},
      {"a 1 2\nb 4 1e39\n", "line 2, byte 10: field 3 is \"1e39\""},
      {"1 1\na 1\nb 2\n", "line 3: the header says 1 words"},
      {"1 1\na 1\na 2\n", "line 3: the header says 1 words"},
  };
  for (const BrokenCase& c : cases) {
    WordVectorsSummary summary;
    EXPECT_THAT(Read(c.content, &summary),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr(std::string(c.message))))
        << Quote(c.content);
    EXPECT_EQ(summary.dimension, 0u) << "set in spite of the error";
  }
}

TEST(ReadWordVectorsTest, BoundsTheDimensionOfGloVeText) {
  std::string line = "a";
  for (std::size_t i = 0; i < WordVectors::kMaxDimension; ++i) line += " 1";
  EXPECT_OK(Read(line));
  EXPECT_THAT(Read(line + " 1"), StatusIs(absl::StatusCode::kInvalidArgument,
                                          HasSubstr("dimension is 4097")));
}

// "a 1" a line, as many as wanted, without their bytes in memory.
class ManyLines final : public ByteSource {
 public:
  explicit ManyLines(std::int64_t lines) : lines_(lines) {}
  absl::StatusOr<std::size_t> Read(char* buffer, std::size_t size) override {
    constexpr std::string_view kLine = "a 1\n";
    std::size_t bytes = 0;
    for (; lines_ > 0 && bytes + kLine.size() <= size; --lines_) {
      bytes += kLine.copy(buffer + bytes, kLine.size());
    }
    return bytes;
  }

 private:
  std::int64_t lines_;
};

TEST(ReadWordVectorsTest, BoundsTheLinesOfGloVeText) {
  ManyLines most(WordVectors::kMaxLines);
  EXPECT_OK(ReadWordVectors(most, nullptr, nullptr));
  ManyLines one_more(WordVectors::kMaxLines + 1);
  EXPECT_THAT(ReadWordVectors(one_more, nullptr, nullptr),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr("line 10000001: a file has at most 10000000 "
                                 "vectors")));
}

TEST(ReadWordVectorsTest, ReportsAFileThatIsCut) {
  EXPECT_THAT(Read("3 2\na 1 2\nb 3 4\n"),
              StatusIs(absl::StatusCode::kDataLoss,
                       HasSubstr("it ends after line 3 with 2 words; the "
                                 "header says 3")));
  EXPECT_THAT(Read("3 2"), StatusIs(absl::StatusCode::kDataLoss));

  std::string content;
  for (int i = 0; i < 1000; ++i) {
    absl::StrAppend(&content, "w", i, " ", i, " 1\n");
  }
  const std::string zipped = Gzip(content);
  EXPECT_THAT(Read(zipped.substr(0, zipped.size() / 2)),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("after line")));
}

}  // namespace
}  // namespace carousel
