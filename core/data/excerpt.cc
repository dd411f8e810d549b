#include "core/data/excerpt.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "core/text/normalizer.h"

namespace carousel {
namespace {

bool IsContinuationByte(char byte) {
  return (static_cast<unsigned char>(byte) & 0xC0) == 0x80;
}

}  // namespace

std::string Excerpt(std::string_view text) {
  std::size_t size = text.size();
  if (size > kMaxExcerptBytes) {
    size = kMaxExcerptBytes;
    // Back to the beginning of a character.
    while (size > 0 && IsContinuationByte(text[size])) --size;
  }
  const absl::string_view shown(text.data(), size);
  const bool is_utf8 = !FindInvalidUtf8(text.substr(0, size)).has_value();
  return absl::StrCat(
      "'", is_utf8 ? absl::Utf8SafeCHexEscape(shown) : absl::CHexEscape(shown),
      size < text.size() ? "...'" : "'");
}

}  // namespace carousel
