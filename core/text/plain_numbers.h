// Numbers as files of vectors have them, looked at without being read.
#ifndef CAROUSEL_CORE_TEXT_PLAIN_NUMBERS_H_
#define CAROUSEL_CORE_TEXT_PLAIN_NUMBERS_H_

#include <cstddef>
#include <optional>
#include <string_view>

namespace carousel {

// How many numbers `text` holds, separated by spaces, when each of them is
// plain: "-" or nothing, digits, perhaps a point and digits, perhaps "e-" or
// "E-" and digits, in 15 bytes, or 30 where it lies well. Such a number is one
// to ParseVectorNumber, and finite. Nothing when there is anything else; what
// it is then is for ParseVectorNumber to say.
//
// 64 bytes at a time by whatever vectors the processor has: as fast as memory
// can be read.
std::optional<std::size_t> CountPlainNumbers(std::string_view text);

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_PLAIN_NUMBERS_H_
