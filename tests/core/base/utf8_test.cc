#include "core/base/utf8.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carousel {
namespace {

using ::testing::Eq;
using ::testing::Optional;

TEST(FindInvalidUtf8Test, AcceptsTheLimitsOfEveryLength) {
  for (const char* text :
       {"", "plain", "\x7F", "\xC2\x80", "\xDF\xBF", "\xE0\xA0\x80",
        "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xBF\xBF", "\xF0\x90\x80\x80",
        "\xF4\x8F\xBF\xBF", "eight by\xC3\xA9te"}) {
    EXPECT_EQ(FindInvalidUtf8(text), std::nullopt) << text;
  }
  EXPECT_EQ(FindInvalidUtf8(std::string("a\0b", 3)), std::nullopt);
}

struct InvalidCase {
  const char* what;
  std::string text;
  std::size_t offset;
};

TEST(FindInvalidUtf8Test, SaysWhichByteIsTheFirstOne) {
  const InvalidCase cases[] = {
      {"a continuation on its own", "ab\x80", 2},
      {"a byte that never occurs", "abc\xFF", 3},
      {"an overlong slash of two bytes", "\xC0\xAF", 0},
      {"an overlong character of two bytes", "\xC1\xBF", 0},
      {"an overlong character of three bytes", "a\xE0\x9F\xBF", 1},
      {"an overlong character of four bytes", "\xF0\x8F\xBF\xBF", 0},
      {"the first surrogate", "x\xED\xA0\x80", 1},
      {"the last surrogate", "\xED\xBF\xBF", 0},
      {"above U+10FFFF", "\xF4\x90\x80\x80", 0},
      {"a lead byte for five", "\xF8\x88\x80\x80\x80", 0},
      {"two bytes cut", "abcdefghij\xC3", 10},
      {"three bytes cut", "a\xE2\x82", 1},
      {"four bytes cut", "\xF0\x9F\x98", 0},
      {"a letter in the place of a continuation", "\xC3\xA9\xE2\x82z", 2},
      {"Latin-1", "caf\xE9 noir", 3},
  };
  for (const InvalidCase& c : cases) {
    EXPECT_THAT(FindInvalidUtf8(c.text), Optional(Eq(c.offset))) << c.what;
  }
}

TEST(IsUnfinishedUtf8Test, EveryBeginningOfACharacterIs) {
  for (const std::string character :
       {"\xC2\x80", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xF0\x90\x80\x80",
        "\xF4\x8F\xBF\xBF"}) {
    for (std::size_t length = 1; length < character.size(); ++length) {
      EXPECT_TRUE(IsUnfinishedUtf8(character.substr(0, length))) << character;
    }
    EXPECT_FALSE(IsUnfinishedUtf8(character));
  }
}

TEST(IsUnfinishedUtf8Test, WhatNothingCompletesIsNot) {
  for (const char* bytes : {"", "a", "\x80", "\xC1", "\xE0\x9F", "\xED\xA0",
                            "\xF4\x90", "\xF5", "\xE2z", "\xF0\x90z"}) {
    EXPECT_FALSE(IsUnfinishedUtf8(bytes)) << bytes;
  }
}

TEST(FindNonAsciiTest, FindsTheByteAtAnyAlignment) {
  for (std::size_t size = 1; size < 40; ++size) {
    for (std::size_t at = 0; at < size; ++at) {
      std::string text(size, 'a');
      text[at] = '\xC3';
      EXPECT_EQ(FindNonAscii(text, 0), at) << size;
      EXPECT_EQ(FindNonAscii(text, at), at) << size;
      EXPECT_EQ(FindNonAscii(text, at + 1), size) << at;
    }
  }
}

TEST(DecodeUtf8Test, ReadsWhatAppendUtf8Wrote) {
  std::string text;
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c == 0xD800) c = 0xE000;
    AppendUtf8(c, text);
  }
  ASSERT_EQ(FindInvalidUtf8(text), std::nullopt);
  std::size_t position = 0;
  for (char32_t c = 0; c <= 0x10FFFF; ++c) {
    if (c == 0xD800) c = 0xE000;
    ASSERT_EQ(DecodeUtf8(text, position), c);
  }
  EXPECT_EQ(position, text.size());
}

}  // namespace
}  // namespace carousel
