#include "core/text/vocabulary.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;
using ::testing::UnorderedElementsAre;

WordCounts Counts(
    const std::vector<std::pair<std::string, std::int64_t>>& words) {
  WordCounts counts;
  for (const auto& [word, count] : words) counts.Add(word, count);
  return counts;
}

// The words behind the reserved entries, in order.
std::vector<std::string> Words(const Vocabulary& vocabulary) {
  std::vector<std::string> words;
  for (std::size_t id = 2; id < vocabulary.size(); ++id) {
    words.push_back(vocabulary.word(static_cast<TokenId>(id)));
  }
  return words;
}

TEST(WordCountsTest, AddsUp) {
  const WordCounts counts = Counts({{"a", 1}, {"b", 2}, {"a", 3}});
  EXPECT_THAT(counts.counts(),
              UnorderedElementsAre(Pair("a", 4), Pair("b", 2)));
  EXPECT_EQ(counts.total(), 6);
}

TEST(VocabularyTest, PutsTheMostFrequentFirstAndEqualOnesInByteOrder) {
  const auto vocabulary = Vocabulary::Build(
      Counts({{"b", 2}, {"é", 2}, {"a", 2}, {"z", 9}, {"B", 2}, {"rare", 1}}),
      /*min_count=*/2, /*max_size=*/100);
  EXPECT_THAT(Words(vocabulary), ElementsAre("z", "B", "a", "b", "é"));
  EXPECT_EQ(vocabulary.word(kPaddingId), "<pad>");
  EXPECT_EQ(vocabulary.word(kUnknownId), "<unk>");
  EXPECT_EQ(vocabulary.count(2), 9);
  EXPECT_EQ(vocabulary.Find("z"), 2);
  EXPECT_EQ(vocabulary.Find("é"), 6);
}

TEST(VocabularyTest, CountsTheReservedEntriesInItsSize) {
  const WordCounts counts = Counts({{"a", 3}, {"b", 2}, {"c", 1}});
  EXPECT_THAT(Words(Vocabulary::Build(counts, 1, 4)), ElementsAre("a", "b"));
  EXPECT_EQ(Vocabulary::Build(counts, 1, 2).size(), 2u);
  EXPECT_EQ(Vocabulary::Build(counts, 1, 0).size(), 2u);
}

TEST(VocabularyTest, KnowsNoReservedWordAndNoOther) {
  const auto vocabulary =
      Vocabulary::Build(Counts({{"<pad>", 5}, {"<unk>", 5}, {"a", 1}}), 1, 100);
  EXPECT_THAT(Words(vocabulary), ElementsAre("a"));
  for (const std::string_view word : {"<pad>", "<unk>", "b", "", "A"}) {
    EXPECT_EQ(vocabulary.Find(word), kUnknownId) << word;
  }
}

TEST(VocabularyTest, WritesOneWordALine) {
  const auto vocabulary =
      Vocabulary::Build(Counts({{"film", 7}, {"n't", 3}}), 1, 100);
  EXPECT_EQ(vocabulary.Serialize(), "<pad>\t0\n<unk>\t0\nfilm\t7\nn't\t3\n");
}

TEST(VocabularyTest, ReadsWhatItWrote) {
  constexpr std::string_view kText =
      "<pad>\t0\n<unk>\t0\nb\t1\na\t9223372036854775807\n\"\t0\n";
  ASSERT_OK_AND_ASSIGN(const auto vocabulary, Vocabulary::Parse(kText));
  // In the order of the file, whatever the counts say.
  EXPECT_THAT(Words(vocabulary), ElementsAre("b", "a", "\""));
  EXPECT_EQ(vocabulary.Find("a"), 3);
  EXPECT_EQ(vocabulary.Serialize(), kText);

  // An editor may have taken the last line's end off.
  ASSERT_OK_AND_ASSIGN(const auto cut,
                       Vocabulary::Parse(kText.substr(0, kText.size() - 1)));
  EXPECT_EQ(cut.Serialize(), kText);
}

struct BrokenCase {
  std::string_view text;
  std::string_view message;
};

TEST(VocabularyTest, NamesTheLineThatIsWrong) {
  const BrokenCase cases[] = {
      {"", "line 1: \"<pad>\" and \"<unk>\" must come first"},
      {"<pad>\t0\n", "line 2: \"<pad>\" and \"<unk>\" must come first"},
      {"a\t1\n", "line 1: must be \"<pad>\" with count 0"},
      {"<unk>\t0\n<pad>\t0\n", "line 1: must be"},
      {"<pad>\t0\n<unk>\t1\n", "line 2: must be \"<unk>\" with count 0"},
      {"<pad>\t0\n<unk>\t0\na\t1\nb\t2\na\t3\n", "line 5: \"a\" is repeated"},
      {"<pad>\t0\n<unk>\t0\n<pad>\t0\n", "line 3: \"<pad>\" is repeated"},
      {"<pad>\t0\n<unk>\t0\nword\n", "line 3: \"word\" has no tab and count"},
      {"<pad>\t0\n<unk>\t0\n\na\t1\n", "line 3: \"\" has no tab and count"},
      {"<pad>\t0\n<unk>\t0\n\t4\n", "line 3: the word is empty"},
      {"<pad>\t0\n<unk>\t0\na\t\n", "line 3: the count of \"a\" is \"\""},
      {"<pad>\t0\n<unk>\t0\na\tx\n", "the count of \"a\" is \"x\""},
      {"<pad>\t0\n<unk>\t0\na\t-1\n", "the count of \"a\" is \"-1\""},
      {"<pad>\t0\n<unk>\t0\na\t 1\n", "the count of \"a\" is \" 1\""},
      {"<pad>\t0\n<unk>\t0\na\t1\r\n", "the count of \"a\" is \"1\\r\""},
      {"<pad>\t0\n<unk>\t0\na\tb\t1\n", "the count of \"a\" is \"b\\t1\""},
      {"<pad>\t0\n<unk>\t0\na\t9223372036854775808\n",
       "must be a whole number"},
  };
  for (const BrokenCase& c : cases) {
    EXPECT_THAT(Vocabulary::Parse(c.text),
                StatusIs(absl::StatusCode::kInvalidArgument,
                         HasSubstr(std::string(c.message))))
        << c.text;
  }
}

}  // namespace
}  // namespace carousel
