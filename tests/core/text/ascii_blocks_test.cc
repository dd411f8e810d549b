#include "core/text/ascii_blocks.h"

#include <string>

#include "absl/strings/ascii.h"
#include "gtest/gtest.h"

namespace carousel {
namespace {

std::string Padded(std::string text) {
  return text.append(kBlockPadding, '\0');
}

TEST(AsciiWordEndTest, KnowsEveryByteAtEveryPlace) {
  for (int byte = 0; byte < 256; ++byte) {
    const char c = static_cast<char>(byte);
    const bool is_word = byte < 0x80 && absl::ascii_isalnum(c);
    for (std::size_t place = 0; place < 20; ++place) {
      std::string text(20, 'm');
      text[place] = c;
      text = Padded(text);
      EXPECT_EQ(AsciiWordEnd(text.data(), 0, 20), is_word ? 20 : place) << byte;
    }
  }
}

TEST(AsciiWordEndTest, EndsAtTheLimit) {
  const std::string text = Padded(std::string(40, '7'));
  for (std::size_t limit = 0; limit <= 40; ++limit) {
    for (std::size_t begin = 0; begin <= limit; ++begin) {
      EXPECT_EQ(AsciiWordEnd(text.data(), begin, limit), limit);
    }
  }
}

TEST(FindBlockWithTest, StopsAtTheBlockOrTheEnd) {
  for (std::size_t size = 0; size < 100; ++size) {
    const std::size_t whole = size / kBlockBytes * kBlockBytes;
    EXPECT_EQ(FindBlockWith(std::string(size, '.'), 0, '<', '&'), whole);
    for (std::size_t place = 0; place < size; ++place) {
      for (const char c : {'<', '&'}) {
        std::string text(size, '.');
        text[place] = c;
        EXPECT_EQ(FindBlockWith(text, 0, '<', '&'),
                  std::min(whole, place / kBlockBytes * kBlockBytes));
      }
    }
  }
}

}  // namespace
}  // namespace carousel
