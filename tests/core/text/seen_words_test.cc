#include "core/text/seen_words.h"

#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "core/base/random.h"
#include "gtest/gtest.h"

namespace carousel {
namespace {

TEST(SeenWordsTest, KnowsWordsOfTheTextAndOthers) {
  const std::string text = "good bad good";
  const std::string_view view = text;
  SeenWords seen(text, 2);
  EXPECT_TRUE(seen.Add(view.substr(0, 4)));
  EXPECT_TRUE(seen.Add(view.substr(5, 3)));
  EXPECT_FALSE(seen.Add(view.substr(9, 4)));
  EXPECT_FALSE(seen.Add("bad"));
  EXPECT_TRUE(seen.Add("ugly"));
  EXPECT_FALSE(seen.Add("ugly"));
  EXPECT_TRUE(seen.Add(""));
  EXPECT_FALSE(seen.Add(""));
}

TEST(SeenWordsTest, TellsLongWordsApart) {
  SeenWords seen;
  for (const std::size_t size : {4094, 4095, 4096, 4097, 100'000}) {
    std::string word(size, 'a');
    EXPECT_TRUE(seen.Add(word)) << size;
    EXPECT_FALSE(seen.Add(word)) << size;
    word.back() = 'b';
    EXPECT_TRUE(seen.Add(word)) << size;
  }
}

// Whatever number of words it was made for, and wherever they lie.
TEST(SeenWordsTest, IsASet) {
  std::mt19937_64 generator(1);
  std::string text;
  std::vector<std::pair<std::size_t, std::size_t>> places;
  for (int i = 0; i < 30'000; ++i) {
    const std::size_t begin = text.size();
    for (auto left = UniformBelow(generator, 9); left > 0; --left) {
      text += static_cast<char>('a' + UniformBelow(generator, 4));
    }
    places.emplace_back(begin, text.size() - begin);
    text += ' ';
  }
  for (const std::size_t expected : {0, 100, 30'000}) {
    SeenWords seen(text, expected);
    absl::flat_hash_set<std::string> words;
    for (const auto& [begin, size] : places) {
      const std::string word = text.substr(begin, size);
      const bool is_new = words.insert(word).second;
      const bool lies_elsewhere = UniformBelow(generator, 4) == 0;
      ASSERT_EQ(
          seen.Add(lies_elsewhere ? std::string_view(word)
                                  : std::string_view(text).substr(begin, size)),
          is_new)
          << word;
    }
  }
}

}  // namespace
}  // namespace carousel
