// The names of HTML's character references.
#ifndef CAROUSEL_CORE_TEXT_HTML_ENTITIES_H_
#define CAROUSEL_CORE_TEXT_HTML_ENTITIES_H_

#include <optional>
#include <string_view>

namespace carousel {

// The character that "&name;" stands for: the names of HTML 4 for markup,
// Latin-1, punctuation and currency, and "apos"; upper and lower case differ.
// Greek letters, arrows and mathematics are left out.
std::optional<char32_t> FindHtmlEntity(std::string_view name);

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_HTML_ENTITIES_H_
