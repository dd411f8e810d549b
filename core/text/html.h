// Taking HTML out of a text.
#ifndef CAROUSEL_CORE_TEXT_HTML_H_
#define CAROUSEL_CORE_TEXT_HTML_H_

#include <string>
#include <string_view>

namespace carousel {

// Puts a space for every tag and comment, and the character for every
// character reference. `text` must be UTF-8, and the result is. Time is linear
// in the text's length, and no decision needs more than kMaxTagBytes ahead.
//
// A tag is "<", perhaps "/", "!" or "?", a letter, and what follows to the
// next ">" outside a quoted attribute value, with no "<" between: so "a < b",
// "<3" and a "<b" that never ends stay text. A comment runs from "<!--" to
// "-->", or to the end of the text, as in browsers.
//
// A reference is a name of HTML 4 (see html_entities.h), "&#233;" or "&#xE9;",
// with its semicolon; numbers 128 to 159 are Windows-1252, as in browsers.
// Unknown names and numbers that are no character stay text. What a reference
// gives is not looked at again: "&lt;b&gt;" gives the text "<b>".
std::string RemoveHtml(std::string_view text);

// A longer tag is text.
inline constexpr std::size_t kMaxTagBytes = 4096;

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_HTML_H_
