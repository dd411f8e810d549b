#include "core/text/word_table.h"

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "core/base/random.h"
#include "core/base/strings.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carousel {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;

// The words one behind the other, as in a text, and views of them.
struct PaddedWords {
  explicit PaddedWords(const std::vector<std::string>& words) {
    for (const std::string& word : words) text += word;
    text.append(kBlockPadding, 'x');
    std::size_t begin = 0;
    for (const std::string& word : words) {
      views.push_back(std::string_view(text).substr(begin, word.size()));
      begin += word.size();
    }
  }
  std::string text;
  std::vector<std::string_view> views;
};

std::vector<std::int32_t> FindAll(const WordTable& index,
                                  const std::vector<std::string>& words) {
  const PaddedWords padded(words);
  std::vector<std::int32_t> indices(words.size());
  index.FindAll(padded.views, indices);
  return indices;
}

TEST(WordTableTest, CountsWordsInTheirOrder) {
  WordTable index;
  EXPECT_TRUE(index.Add("film"));
  EXPECT_TRUE(index.Add("extraordinary"));
  EXPECT_TRUE(index.Add(""));
  EXPECT_FALSE(index.Add("film"));
  EXPECT_FALSE(index.Add("extraordinary"));
  EXPECT_FALSE(index.Add(""));
  EXPECT_EQ(index.size(), 3u);
  EXPECT_EQ(index.word(1), "extraordinary");
  EXPECT_EQ(index.Find("film"), 0);
  EXPECT_EQ(index.Find("extraordinary"), 1);
  EXPECT_EQ(index.Find(""), 2);
  EXPECT_EQ(index.Find("extraordinarily"), WordTable::kNone);
  EXPECT_THAT(FindAll(index, {"", "film", "films", "extraordinary"}),
              ElementsAre(2, 0, WordTable::kNone, 1));
}

TEST(WordTableTest, HoldsNothingAtFirst) {
  const WordTable index;
  EXPECT_EQ(index.Find("film"), WordTable::kNone);
  EXPECT_EQ(index.Find(""), WordTable::kNone);
  EXPECT_THAT(FindAll(index, {"", "film"}), Each(WordTable::kNone));
}

// A short word is its own key, whose unused bytes are zero.
TEST(WordTableTest, TellsZeroBytesFromNone) {
  using std::string_literals::operator""s;
  const std::vector<std::string> words = {"",
                                          "\0"s,
                                          "\0\0"s,
                                          "a",
                                          "a\0"s,
                                          "\0a"s,
                                          "a\0\0\0"s,
                                          "1234567",
                                          "1234567\0"s,
                                          "12345678"s,
                                          "12345678\0"s,
                                          "12345678\0\0"s,
                                          "\0\0\0\0\0\0\0\0"s,
                                          "\0\0\0\0\0\0\0\0\0"s};
  WordTable index;
  for (const std::string& word : words) EXPECT_TRUE(index.Add(word));
  const std::vector<std::int32_t> found = FindAll(index, words);
  for (std::size_t i = 0; i < words.size(); ++i) {
    EXPECT_EQ(index.Find(words[i]), static_cast<std::int32_t>(i));
    EXPECT_EQ(found[i], static_cast<std::int32_t>(i));
  }
}

TEST(WordTableTest, FindsWhatAMapFinds) {
  std::mt19937_64 generator(1);
  const auto random_word = [&] {
    std::string word(UniformBelow(generator, 12), ' ');
    for (char& c : word)
      c = static_cast<char>('a' + UniformBelow(generator, 3));
    return word;
  };
  WordTable index;
  absl::flat_hash_map<std::string, std::int32_t> expected;
  for (int i = 0; i < 20'000; ++i) {
    const std::string word = random_word();
    const auto size = static_cast<std::int32_t>(expected.size());
    EXPECT_EQ(index.Add(word), expected.emplace(word, size).second);
  }
  ASSERT_EQ(index.size(), expected.size());
  std::vector<std::string> words;
  for (int i = 0; i < 20'000; ++i) words.push_back(random_word());
  const std::vector<std::int32_t> found = FindAll(index, words);
  for (std::size_t i = 0; i < words.size(); ++i) {
    const auto at = expected.find(words[i]);
    const std::int32_t wanted =
        at == expected.end() ? WordTable::kNone : at->second;
    ASSERT_EQ(found[i], wanted) << words[i];
    ASSERT_EQ(index.Find(words[i]), wanted) << words[i];
  }
}

}  // namespace
}  // namespace carousel
