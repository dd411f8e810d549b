#include "core/text/word_counts_reader.h"

#include <string>
#include <string_view>
#include <utility>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/gzip.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

absl::StatusOr<WordCounts> Read(std::string content,
                                const WordFilter& filter = nullptr) {
  const auto source = MakeMemorySource(std::move(content));
  return ReadWordCounts(*source, filter);
}

TEST(ReadWordCountsTest, ReadsALineAWord) {
  ASSERT_OK_AND_ASSIGN(const WordCounts counts,
                       Read("the 1061396\ncafé 7\n</s> 0\n"));
  EXPECT_THAT(counts.counts(),
              UnorderedElementsAre(Pair("the", 1061396), Pair("café", 7),
                                   Pair("</s>", 0)));
  EXPECT_EQ(counts.total(), 1061403);
}

TEST(ReadWordCountsTest, ToleratesOtherLineEndsSpacesAndGzip) {
  ASSERT_OK_AND_ASSIGN(const WordCounts counts,
                       Read(Gzip("\xEF\xBB\xBFthe\t5 \r\n\r\nfilm  3\n\n")));
  EXPECT_THAT(counts.counts(),
              UnorderedElementsAre(Pair("the", 5), Pair("film", 3)));
}

TEST(ReadWordCountsTest, KeepsTheWordsThatAreWanted) {
  ASSERT_OK_AND_ASSIGN(const WordCounts counts, Read("the 5\nfilm 3\nthe 6\n",
                                                     [](std::string_view word) {
                                                       return word == "film";
                                                     }));
  EXPECT_THAT(counts.counts(), UnorderedElementsAre(Pair("film", 3)));
}

TEST(ReadWordCountsTest, SaysWhichLineIsWrong) {
  const std::pair<std::string, std::string> cases[] = {
      {"", "it is empty"},
      {"\n\n", "it is empty"},
      {"the 5\nfilm\n", "line 2: it has 1 fields"},
      {"the 5\na film 3\n", "line 2: it has 3 fields; it must be a word and"},
      {"the 5\nfilm 3.5\n",
       "line 2: the count of \"film\" is \"3.5\"; it must be a whole number"},
      {"the -5\n", "line 1: the count of \"the\" is \"-5\""},
      {"the None\n", "is \"None\""},
      {"the 99999999999999999999\n", "is \"99999999999999999999\""},
      {"the 5\nfilm 3\nthe 5\n", "line 3: the word \"the\" came before"}};
  for (const auto& [content, message] : cases) {
    EXPECT_THAT(Read(content), StatusIs(absl::StatusCode::kInvalidArgument,
                                        HasSubstr(message)))
        << content;
  }
  const std::string zipped = Gzip("the 5\nfilm 3\n");
  EXPECT_THAT(Read(zipped.substr(0, zipped.size() - 9)),
              StatusIs(absl::StatusCode::kDataLoss));
}

}  // namespace
}  // namespace carousel
