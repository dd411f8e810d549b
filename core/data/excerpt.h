// A short piece of a user's file, fit for an error message.
#ifndef CAROUSEL_CORE_DATA_EXCERPT_H_
#define CAROUSEL_CORE_DATA_EXCERPT_H_

#include <cstddef>
#include <string>
#include <string_view>

namespace carousel {

inline constexpr std::size_t kMaxExcerptBytes = 40;

// The beginning of `text` in single quotes, at most kMaxExcerptBytes of it,
// with "..." where it was cut. Control characters are escaped, and so is
// everything outside ASCII when the text is not UTF-8: the result always is.
std::string Excerpt(std::string_view text);

}  // namespace carousel

#endif  // CAROUSEL_CORE_DATA_EXCERPT_H_
