#include "core/text/html.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "absl/strings/ascii.h"
#include "core/base/utf8.h"
#include "core/text/ascii_blocks.h"
#include "core/text/html_entities.h"
#include "core/text/typography.h"

namespace carousel {
namespace {

// The length of the comment that `text` begins with.
std::size_t CommentLength(std::string_view text) {
  const std::size_t end = text.find(kHtmlCommentEnd, kHtmlCommentBodyOffset);
  return end == std::string_view::npos ? text.size()
                                       : end + kHtmlCommentEnd.size();
}

struct Tag {
  std::size_t length = 0;   // 0: it is no tag
  bool is_decided = false;  // whatever comes behind the text
};

// The tag that `text` begins with. The scan ends at the next "<" at the latest,
// so that a text is scanned only once.
Tag ScanTag(std::string_view text) {
  const bool is_longest = text.size() >= kMaxTagBytes;
  text = text.substr(0, kMaxTagBytes);
  std::size_t position = 1;
  if (position < text.size() &&
      (text[position] == '/' || text[position] == '!' ||
       text[position] == '?')) {
    ++position;
  }
  if (position == text.size()) return {};
  if (!absl::ascii_isalpha(text[position])) return {.is_decided = true};
  char quote = '\0';          // that the current attribute value began with
  bool after_equals = false;  // where a quote begins a value
  std::size_t first_end = 0;  // the ">" that counts when a quote stays open
  for (; position < text.size() && text[position] != '<'; ++position) {
    const char c = text[position];
    if (c == '>') {
      if (quote == '\0') return {.length = position + 1, .is_decided = true};
      if (first_end == 0) first_end = position + 1;
    } else if (quote != '\0') {
      if (c == quote) quote = '\0';
    } else if (after_equals && (c == '"' || c == '\'')) {
      quote = c;
    }
    after_equals = c == '=' || (after_equals && absl::ascii_isspace(c));
  }
  const bool is_decided = is_longest || position < text.size();
  return {.length = first_end, .is_decided = is_decided};
}

struct Reference {
  char32_t code_point = 0;
  std::size_t length = 0;  // in the text, from "&" to ";"
};

// Between "&#" and ";".
std::optional<char32_t> ParseNumber(std::string_view digits) {
  const bool hexadecimal =
      !digits.empty() && (digits.front() == 'x' || digits.front() == 'X');
  if (hexadecimal) digits.remove_prefix(1);
  if (digits.empty()) return std::nullopt;
  char32_t value = 0;
  for (const char c : digits) {
    if (hexadecimal ? !absl::ascii_isxdigit(c) : !absl::ascii_isdigit(c)) {
      return std::nullopt;
    }
    const int digit =
        absl::ascii_isdigit(c) ? c - '0' : absl::ascii_tolower(c) - 'a' + 10;
    value = value * (hexadecimal ? 16 : 10) + digit;
    if (value > 0x10FFFF) return std::nullopt;
  }
  const bool surrogate = value >= 0xD800 && value <= 0xDFFF;
  if (value == 0 || surrogate) return std::nullopt;
  return FromWindows1252(value);
}

// The reference that `text`, which begins with "&", begins with.
std::optional<Reference> ParseReference(std::string_view text) {
  constexpr std::size_t kMaxReferenceBytes = 32;
  text = text.substr(0, kMaxReferenceBytes);
  const std::size_t end = text.find(';');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view body = text.substr(1, end - 1);
  const std::optional<char32_t> code_point = body.starts_with('#')
                                                 ? ParseNumber(body.substr(1))
                                                 : FindHtmlEntity(body);
  if (!code_point.has_value()) return std::nullopt;
  return Reference{.code_point = *code_point, .length = end + 1};
}

}  // namespace

HtmlMarkupStart StartOfHtmlMarkup(std::string_view text) {
  if (text.starts_with(kHtmlCommentBegin)) {
    return {.markup = HtmlMarkup::kComment};
  }
  if (kHtmlCommentBegin.starts_with(text)) {
    return {.markup = HtmlMarkup::kUndecided};
  }
  const Tag tag = ScanTag(text);
  if (!tag.is_decided) return {.markup = HtmlMarkup::kUndecided};
  if (tag.length == 0) return {.markup = HtmlMarkup::kText};
  return {.markup = HtmlMarkup::kTag, .length = tag.length};
}

std::string RemoveHtml(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto special =
        std::find_if(text.begin() + FindBlockWith(text, 0, '<', '&'),
                     text.end(), [](char c) { return c == '<' || c == '&'; });
    out.append(text.begin(), special);
    text.remove_prefix(special - text.begin());
    if (text.empty()) break;
    std::size_t consumed = 0;
    if (text.front() == '<') {
      consumed = text.starts_with(kHtmlCommentBegin) ? CommentLength(text)
                                                     : ScanTag(text).length;
      if (consumed > 0) out.push_back(' ');
    } else if (const auto reference = ParseReference(text)) {
      consumed = reference->length;
      AppendUtf8(reference->code_point, out);
    }
    if (consumed == 0) {
      out.push_back(text.front());
      consumed = 1;
    }
    text.remove_prefix(consumed);
  }
  return out;
}

}  // namespace carousel
