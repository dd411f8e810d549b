// UTF-8 (RFC 3629), code point by code point.
#ifndef CAROUSEL_CORE_BASE_UTF8_H_
#define CAROUSEL_CORE_BASE_UTF8_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace carousel {

// What some editors put before a file's first character.
inline constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

inline bool IsAscii(char c) { return static_cast<unsigned char>(c) < 0x80; }

// The offset of the first byte that is not UTF-8 (no overlong forms, no
// surrogates, nothing above U+10FFFF); nothing when all of it is. Of a
// character that is cut or broken it is the first byte.
std::optional<std::size_t> FindInvalidUtf8(std::string_view text);

// Whether `bytes` is the beginning of a character and not all of it: what a
// text that comes in pieces may end in.
bool IsUnfinishedUtf8(std::string_view bytes);

// Where the first byte at or after `position` stands that is not ASCII;
// text.size() when there is none.
std::size_t FindNonAscii(std::string_view text, std::size_t position);

// The code point that begins at `position`, which moves behind it. `text` must
// be UTF-8.
char32_t DecodeUtf8(std::string_view text, std::size_t& position);

// `code_point` must be a Unicode scalar value.
void AppendUtf8(char32_t code_point, std::string& out);

}  // namespace carousel

#endif  // CAROUSEL_CORE_BASE_UTF8_H_
