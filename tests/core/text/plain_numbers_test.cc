#include "core/text/plain_numbers.h"

#include <cmath>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/random.h"
#include "core/text/word_vectors_readers.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carousel {
namespace {

using ::testing::Optional;

TEST(CountPlainNumbersTest, CountsWhatSpacesSeparate) {
  EXPECT_THAT(CountPlainNumbers(""), Optional(0));
  EXPECT_THAT(CountPlainNumbers("   "), Optional(0));
  EXPECT_THAT(CountPlainNumbers("1"), Optional(1));
  EXPECT_THAT(CountPlainNumbers(" 0.5  -1 2e-3 -12.75E-06 007 "), Optional(5));
  std::string many;
  for (std::size_t i = 1; i <= 300; ++i) {
    many += " -0.123456";
    ASSERT_THAT(CountPlainNumbers(many), Optional(i));
  }
}

// What a number may be and a plain one is not, and what is no number, at every
// place in a block.
TEST(CountPlainNumbersTest, RefusesWhatIsNotPlain) {
  for (const char* odd : {".5",
                          "5.",
                          "-.5",
                          "+1",
                          "--1",
                          "1-",
                          "-",
                          ".",
                          "e-5",
                          "1e5",
                          "1e+5",
                          "1e",
                          "1e-",
                          "1e-5.3",
                          "1e-5e-3",
                          "1.2.3",
                          "1..2",
                          "1e--5",
                          "1-2",
                          "1.5-3",
                          "1.e-3",
                          "nan",
                          "inf",
                          "-inf",
                          "0x10",
                          "1,5",
                          "1f",
                          "x",
                          "1\t2",
                          "1\r",
                          "1\n",
                          "\xC3\xA9",
                          "12345678901234567890123456789012",
                          "9e-12345678901234567890123456789"}) {
    for (std::size_t before = 0; before < 140; ++before) {
      std::string text(before, ' ');
      if (before > 2) text[before / 2] = '7';
      text += odd;
      EXPECT_EQ(CountPlainNumbers(text), std::nullopt) << text;
      EXPECT_EQ(CountPlainNumbers(text + " 0.25"), std::nullopt) << text;
    }
  }
}

TEST(CountPlainNumbersTest, TakesPlainNumbersAcrossBlocks) {
  for (const char* plain : {"0", "-1", "3.25", "-0.123456", "1e-5", "-7.25E-10",
                            "123456789012.25"}) {
    for (std::size_t before = 0; before < 140; ++before) {
      const std::string text = std::string(before, ' ') + plain;
      EXPECT_THAT(CountPlainNumbers(text), Optional(1)) << text;
      EXPECT_THAT(CountPlainNumbers(text + " 8"), Optional(2)) << text;
    }
  }
}

// It may refuse more than the parser does, never less.
TEST(CountPlainNumbersTest, LetsNothingThroughThatTheParserRefuses) {
  constexpr std::string_view kBytes = "0123456789....---eeEE        +xn";
  std::mt19937_64 generator(1);
  std::vector<std::string_view> fields;
  std::size_t plain = 0;
  for (int trial = 0; trial < 300'000; ++trial) {
    // Mostly numbers, so that errors are few and far between.
    std::string text;
    const std::size_t size = UniformBelow(generator, 200);
    while (text.size() < size) {
      if (UniformBelow(generator, 40) == 0) {
        text += kBytes[UniformBelow(generator, kBytes.size())];
      } else {
        static constexpr std::string_view kParts[] = {
            " ", " 1", " -0.25", "7", ".125", " 3e-7", "-", "e-", " 99999999"};
        text += kParts[UniformBelow(generator, std::size(kParts))];
      }
    }
    const std::optional<std::size_t> count = CountPlainNumbers(text);
    if (!count.has_value()) continue;
    ++plain;
    SplitVectorFields(text, fields);
    ASSERT_EQ(*count, fields.size()) << text;
    for (const std::string_view field : fields) {
      float value;
      ASSERT_TRUE(ParseVectorNumber(field, value)) << text;
      ASSERT_TRUE(std::isfinite(value)) << text;
    }
  }
  EXPECT_GT(plain, 1000u);
}

}  // namespace
}  // namespace carousel
