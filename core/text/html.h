// Taking HTML out of a text.
#ifndef CAROUSEL_CORE_TEXT_HTML_H_
#define CAROUSEL_CORE_TEXT_HTML_H_

#include <cstddef>
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

// What the "<" that `text` begins with is, as far as `text` tells.
enum class HtmlMarkup {
  kText,       // the character itself
  kTag,        // of `length` bytes
  kComment,    // its beginning; where it ends does not matter here
  kUndecided,  // more text may make it any of these
};
struct HtmlMarkupStart {
  HtmlMarkup markup = HtmlMarkup::kText;
  std::size_t length = 0;
};
// For a text that comes piece by piece, so that it is read as RemoveHtml reads
// the whole. Never undecided over kMaxTagBytes or more.
HtmlMarkupStart StartOfHtmlMarkup(std::string_view text);

inline constexpr std::string_view kHtmlCommentBegin = "<!--";
inline constexpr std::string_view kHtmlCommentEnd = "-->";
// Where the search for a comment's end begins, from its own beginning: "<!-->"
// is a whole comment.
inline constexpr std::size_t kHtmlCommentBodyOffset = 2;

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_HTML_H_
