// ReadWordVectors of word2vec's binary format.
#include <cstring>
#include <limits>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/text/word_vectors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/gzip.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

absl::StatusOr<WordVectors> Read(std::string content,
                                 WordVectorsSummary* summary = nullptr,
                                 const WordFilter& filter = nullptr) {
  const auto source = MakeMemorySource(std::move(content));
  return ReadWordVectors(*source, filter, summary);
}

std::string Floats(const std::vector<float>& values) {
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

// A vector as gensim writes it; word2vec ends it with a line end.
std::string Vector(std::string_view word, const std::vector<float>& values) {
  return std::string(word) + " " + Floats(values);
}

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

TEST(BinaryWordVectorsTest, ReadsWhatGensimWrites) {
  WordVectorsSummary summary;
  ASSERT_OK_AND_ASSIGN(
      const WordVectors vectors,
      Read("3 2\n" + Vector("good", {0.5, -1}) + Vector("café", {2e-3F, 3}) +
               Vector("good", {7, 7}),
           &summary));
  EXPECT_EQ(summary.format, VectorFormat::kWord2VecBinary);
  EXPECT_EQ(ToString(summary.format), "word2vec-binary");
  EXPECT_EQ(summary.words, 2);
  EXPECT_EQ(summary.duplicates, 1);
  EXPECT_EQ(summary.dimension, 2);
  EXPECT_THAT(vectors.Find("good"), ElementsAre(0.5F, -1.0F));
  EXPECT_THAT(vectors.Find("café"), ElementsAre(2e-3F, 3.0F));
}

TEST(BinaryWordVectorsTest, ReadsWhatWord2VecWrites) {
  WordVectorsSummary summary;
  ASSERT_OK_AND_ASSIGN(const WordVectors vectors,
                       Read("2 3\n</s> " + Floats({1, 2, 3}) + "\nfilm " +
                                Floats({4, 5, 6}) + "\n",
                            &summary));
  EXPECT_EQ(summary.format, VectorFormat::kWord2VecBinary);
  EXPECT_THAT(vectors.Find("</s>"), ElementsAre(1, 2, 3));
  EXPECT_THAT(vectors.Find("film"), ElementsAre(4, 5, 6));
}

TEST(BinaryWordVectorsTest, ReadsGzipAndFilters) {
  std::string content = "50000 4\n";
  for (int i = 0; i < 50000; ++i) {
    content += Vector(absl::StrCat("w", i), {1, 2, 3, static_cast<float>(i)});
  }
  WordVectorsSummary summary;
  ASSERT_OK_AND_ASSIGN(const WordVectors vectors,
                       Read(Gzip(content), &summary, [](std::string_view word) {
                         return word == "w49999";
                       }));
  EXPECT_EQ(summary.words, 50000);
  EXPECT_EQ(vectors.size(), 1);
  EXPECT_THAT(vectors.Find("w49999"), ElementsAre(1, 2, 3, 49999));
}

// A float whose bytes are a line end, a space, digits: whatever they are, it is
// no text that has them.
TEST(BinaryWordVectorsTest, IsToldFromTextWhateverItsFirstVector) {
  std::mt19937 generator(7);
  std::uniform_real_distribution<float> draw(-0.5F, 0.5F);
  for (int trial = 0; trial < 2000; ++trial) {
    std::string content = "2 8\n";
    for (const char* word : {"a", "b"}) {
      std::vector<float> values(8);
      for (float& value : values) value = draw(generator);
      std::string bytes = Floats(values);
      bytes[0] = "\n 1\x0B"[trial % 4];  // of the mantissa
      content += std::string(word) + " " + bytes;
    }
    WordVectorsSummary summary;
    ASSERT_OK(Read(content, &summary)) << trial;
    ASSERT_EQ(summary.format, VectorFormat::kWord2VecBinary);
  }
}

TEST(BinaryWordVectorsTest, TextStaysTextWhateverItsWords) {
  for (const std::string content :
       {"2 2\ngood 1 2\nbad 3 4\n", "2 1\na 1\n\xFF\xFE 2\n",
        "1 2\nword\x01 3 4", "1 1\n\xE9t\xE9 1\n"}) {
    WordVectorsSummary summary;
    EXPECT_OK(Read(content, &summary)) << content;
    EXPECT_EQ(summary.format, VectorFormat::kWord2VecText) << content;
  }
}

struct BrokenCase {
  std::string content;
  absl::StatusCode code;
  std::string message;  // a part of it
};

TEST(BinaryWordVectorsTest, SaysWhichWordAndByteIsWrong) {
  const std::string good = Vector("good", {1, 2});  // 13 bytes
  const std::string header = "3 2\n";
  const auto damaged = absl::StatusCode::kDataLoss;
  const auto invalid = absl::StatusCode::kInvalidArgument;
  const BrokenCase cases[] = {
      {header + good, damaged,
       "it ends at byte 17 with 1 words; the header says 3"},
      {header + good + "\n\n", damaged,
       "it ends at byte 19 with 1 words; the header says 3"},
      {header + good + "ba", damaged,
       "it ends in word 2, which begins at byte 17; the header says 3 words"},
      {header + good + "bad " + Floats({1}), damaged,
       "it ends in the vector of word 2 (\"bad\"), which begins at byte 21; "
       "the header says 3 words of dimension 2"},
      {"1 2\n" + good + good, invalid,
       "byte 17: the header says 1 words, and here is more"},
      {"2 2\n" + good + Vector("bad", {1, kNan}), invalid,
       "word 2, byte 25: number 2 of \"bad\" is nan, which is not a finite"},
      {"2 2\n" + good +
           Vector("bad", {std::numeric_limits<float>::infinity(), 1}),
       invalid, "word 2, byte 21: number 1 of \"bad\" is inf"},
      {"2 2\n" + good + Vector("", {1, 2}), invalid,
       "word 2, byte 17: the word is empty"},
      {"2 2\n" + good + Vector(std::string(1025, 'x'), {1, 2}), invalid,
       "word 2, byte 17: the word is longer than 1024 bytes"},
      {"2 2\n" + good + Vector(std::string("b\0d", 3), {1, 2}), invalid,
       "word 2, byte 18: the word \"b\\x00\\x64\" holds a zero byte"},
      // The header's dimension is too small: the next "word" begins within the
      // first vector.
      {"2 1\n" + good + good, invalid, "does the header say the right"},
      {"3 2\n" + std::string(40, '\0'), invalid, "word 1, byte 4: "},
      {"10000001 2\n" + good, invalid, "the header says 10000001 words"},
  };
  for (const BrokenCase& c : cases) {
    WordVectorsSummary summary;
    EXPECT_THAT(Read(c.content, &summary),
                StatusIs(c.code, HasSubstr(c.message)))
        << c.message;
    EXPECT_EQ(summary.dimension, 0) << "set in spite of the error";
  }
}

TEST(BinaryWordVectorsTest, TakesWordsUpToTheLimit) {
  const std::string word(WordVectors::kMaxBinaryWordBytes, 'x');
  ASSERT_OK_AND_ASSIGN(const WordVectors vectors,
                       Read("1 1\n" + Vector(word, {1})));
  EXPECT_THAT(vectors.Find(word), ElementsAre(1));
}

TEST(BinaryWordVectorsTest, ACutGzipIsDataLoss) {
  std::string content = "50000 4\n";
  for (int i = 0; i < 50000; ++i) {
    content += Vector(absl::StrCat("w", i), {1, 2, 3, static_cast<float>(i)});
  }
  const std::string zipped = Gzip(content);
  EXPECT_THAT(Read(zipped.substr(0, zipped.size() / 2)),
              StatusIs(absl::StatusCode::kDataLoss, HasSubstr("after word")));
}

}  // namespace
}  // namespace carousel
