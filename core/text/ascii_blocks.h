// ASCII, nearly all of English text, many bytes at a time: what a loop over
// bytes does, without its branches.
#ifndef CAROUSEL_CORE_TEXT_ASCII_BLOCKS_H_
#define CAROUSEL_CORE_TEXT_ASCII_BLOCKS_H_

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace carousel {

// What functions here may read behind what they are asked about.
inline constexpr std::size_t kBlockPadding = 8;

// The high bit of each of eight bytes that is no ASCII letter or digit, in the
// order of memory from the lowest byte on.
inline std::uint64_t OtherThanAsciiWord(std::uint64_t bytes) {
  static_assert(std::endian::native == std::endian::little);
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kHigh = 0x80 * kOnes;
  // The high bit where a byte under 0x80 is `least` or more: no sum reaches
  // the next byte.
  const auto from = [](std::uint64_t ascii, unsigned char least) {
    return ascii + (0x80 - least) * kOnes;
  };
  const std::uint64_t ascii = bytes & ~kHigh;
  const std::uint64_t lower = ascii | 0x20 * kOnes;
  const std::uint64_t letters = from(lower, 'a') & ~from(lower, 'z' + 1);
  const std::uint64_t digits = from(ascii, '0') & ~from(ascii, '9' + 1);
  return (~(letters | digits) | bytes) & kHigh;
}

// The end of the ASCII letters and digits from `position` on, and not behind
// `limit`. There must be kBlockPadding readable bytes behind `text[limit]`, or
// behind the first byte that is neither.
inline std::size_t AsciiWordEnd(const char* text, std::size_t position,
                                std::size_t limit) {
  while (position < limit) {
    std::uint64_t bytes;
    std::memcpy(&bytes, text + position, sizeof(bytes));
    const std::uint64_t other = OtherThanAsciiWord(bytes);
    if (other != 0) {
      return std::min(limit, position + std::countr_zero(other) / 8);
    }
    position += sizeof(bytes);
  }
  return limit;
}

// Whole blocks of a loop over bytes, which compilers make a few instructions
// of.
inline constexpr std::size_t kBlockBytes = 32;

// Where the first block of `text` from `position` on begins that holds `a` or
// `b`, or that is not a whole one.
inline std::size_t FindBlockWith(std::string_view text, std::size_t position,
                                 char a, char b) {
  for (; text.size() - position >= kBlockBytes; position += kBlockBytes) {
    const char* const block = text.data() + position;
    unsigned char found = 0;
    for (std::size_t i = 0; i < kBlockBytes; ++i) {
      found |= static_cast<unsigned char>(block[i] == a) |
               static_cast<unsigned char>(block[i] == b);
    }
    if (found != 0) break;
  }
  return position;
}

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_ASCII_BLOCKS_H_
