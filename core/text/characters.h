// What kind of character something is, as the tokenizer's rules see it.
#ifndef CAROUSEL_CORE_TEXT_CHARACTERS_H_
#define CAROUSEL_CORE_TEXT_CHARACTERS_H_

#include <array>
#include <cstdint>

namespace carousel {

// What a byte can be at its place. A byte that is not ASCII needs its whole
// code point.
enum class ByteKind : std::uint8_t { kMark, kLetter, kDigit, kNotAscii };

constexpr std::array<ByteKind, 256> MakeByteKinds() {
  std::array<ByteKind, 256> kinds{};
  for (int c = 'a'; c <= 'z'; ++c) kinds[c] = ByteKind::kLetter;
  for (int c = 'A'; c <= 'Z'; ++c) kinds[c] = ByteKind::kLetter;
  for (int c = '0'; c <= '9'; ++c) kinds[c] = ByteKind::kDigit;
  for (int c = 0x80; c <= 0xFF; ++c) kinds[c] = ByteKind::kNotAscii;
  return kinds;
}
inline constexpr std::array<ByteKind, 256> kByteKinds = MakeByteKinds();

inline ByteKind KindOf(char c) {
  return kByteKinds[static_cast<unsigned char>(c)];
}

// Unicode's categories L and N.
bool IsLetterOrNumber(char32_t code_point);
// Unicode's category M.
bool IsCombiningMark(char32_t code_point);

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_CHARACTERS_H_
