// Between std::string_view and Abseil's own, which is another type where
// Abseil was not built for C++17, and text from outside inside a message.
#ifndef CAROUSEL_CORE_BASE_STRINGS_H_
#define CAROUSEL_CORE_BASE_STRINGS_H_

#include <string>
#include <string_view>

#include "absl/strings/string_view.h"

namespace carousel {

inline absl::string_view ToAbslView(std::string_view text) {
  return absl::string_view(text.data(), text.size());
}
inline std::string_view ToStdView(absl::string_view text) {
  return std::string_view(text.data(), text.size());
}

// `text` in double quotes, fit for a message or a log whatever it holds:
// control characters, quotes, backslashes and bytes above 127 are escaped as
// in C, and what is longer than 80 bytes is cut and ends in "...".
std::string Quote(std::string_view text);

}  // namespace carousel

#endif  // CAROUSEL_CORE_BASE_STRINGS_H_
