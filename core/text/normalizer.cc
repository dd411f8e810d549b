#include "core/text/normalizer.h"

#include <utf8proc.h>

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_format.h"
#include "core/base/error_details.h"
#include "core/text/ascii_blocks.h"
#include "core/text/html.h"
#include "core/text/typography.h"

namespace carousel {
namespace {

bool IsSpaceOrControl(char32_t code_point) {
  switch (utf8proc_category(static_cast<utf8proc_int32_t>(code_point))) {
    case UTF8PROC_CATEGORY_ZS:
    case UTF8PROC_CATEGORY_ZL:
    case UTF8PROC_CATEGORY_ZP:
    case UTF8PROC_CATEGORY_CC:
      return true;
    default:
      return false;
  }
}

// A run of code points in Unicode's form NFKC, in lower case when asked.
// Reused from run to run for its buffer.
class CompatibilityComposer {
 public:
  explicit CompatibilityComposer(bool lowercase) : lowercase_(lowercase) {}

  // `base`, an ASCII character or nothing, and `run`, which is UTF-8. The
  // result is valid until the next call.
  const std::vector<utf8proc_int32_t>& Compose(std::optional<char> base,
                                               std::string_view run) {
    buffer_.clear();
    marks_ = 0;
    if (base.has_value()) Append(*base);
    for (std::size_t position = 0; position < run.size();) {
      AppendDecomposed(DecodeUtf8(run, position));
    }
    const utf8proc_ssize_t size = utf8proc_normalize_utf32(
        buffer_.data(), static_cast<utf8proc_ssize_t>(buffer_.size()),
        static_cast<utf8proc_option_t>(UTF8PROC_COMPOSE | UTF8PROC_STABLE));
    buffer_.resize(size);
    return buffer_;
  }

 private:
  void AppendDecomposed(char32_t code_point) {
    code_point = FromWindows1252(code_point);
    // Before decomposition, which would make a space and a mark of the acute
    // accent that people type as an apostrophe.
    if (AppendAsciiForm(code_point)) return;
    const auto code = static_cast<utf8proc_int32_t>(code_point);
    if (utf8proc_get_property(code)->decomp_type ==
        UTF8PROC_DECOMP_TYPE_FRACTION) {
      Append(' ');  // "2½" is "2 1/2", not "21/2"
    }
    // UTF8PROC_IGNORE drops soft hyphens, joiners, variation selectors.
    constexpr auto kOptions = static_cast<utf8proc_option_t>(
        UTF8PROC_COMPOSE | UTF8PROC_COMPAT | UTF8PROC_STABLE | UTF8PROC_IGNORE);
    std::array<utf8proc_int32_t, 32> decomposed;  // the longest has 18
    const utf8proc_ssize_t count = utf8proc_decompose_char(
        code, decomposed.data(), decomposed.size(), kOptions, nullptr);
    for (utf8proc_ssize_t i = 0; i < count; ++i) {
      // After it as well: some dashes are compatibility forms of others.
      if (!AppendAsciiForm(decomposed[i])) Append(decomposed[i]);
    }
  }

  bool AppendAsciiForm(char32_t code_point) {
    const std::string_view ascii = AsciiForm(code_point);
    for (const char c : ascii) Append(c);
    return !ascii.empty();
  }

  // Puts a mark where canonical order wants it: behind those before it of a
  // class that is not higher.
  void Append(utf8proc_int32_t code) {
    if (lowercase_) code = utf8proc_tolower(code);
    const auto combining_class = utf8proc_get_property(code)->combining_class;
    if (combining_class == 0) {
      marks_ = 0;
      buffer_.push_back(code);
      return;
    }
    if (marks_ == kMaxCombiningMarks) return;
    auto place = buffer_.end();
    for (auto first = place - marks_;
         place != first &&
         utf8proc_get_property(*(place - 1))->combining_class >
             combining_class;) {
      --place;
    }
    buffer_.insert(place, code);
    ++marks_;
  }

  const bool lowercase_;
  std::vector<utf8proc_int32_t> buffer_;
  std::size_t marks_ = 0;  // at the end of buffer_
};

// One text's way through the Unicode and case options. ASCII, nearly all of
// English text, goes through a table of bytes.
class TextCleaner {
 public:
  explicit TextCleaner(const TextOptions& options)
      : options_(options), composer_(options.lowercase) {
    for (std::size_t i = 0; i < ascii_.size(); ++i) {
      const char c = static_cast<char>(i);
      ascii_[i] = c <= ' ' || c == 0x7F ? ' ' : c;
      if (options.lowercase && c >= 'A' && c <= 'Z') {
        ascii_[i] = c + ('a' - 'A');
      }
    }
    if (options.normalize_unicode) ascii_['`'] = '\'';
  }

  std::string Clean(std::string_view text) && {
    out_.reserve(text.size() + kBlockPadding);
    for (std::size_t position = 0; position < text.size();) {
      const std::size_t run = FindNonAscii(text, position);
      AppendAscii(text.substr(position, run - position));
      position = FindRunEnd(text, run);
      AppendRun(text.substr(run, position - run));
    }
    if (out_.ends_with(' ')) out_.pop_back();
    return std::move(out_);
  }

 private:
  static std::size_t FindRunEnd(std::string_view text, std::size_t position) {
    while (position < text.size() && !IsAscii(text[position])) ++position;
    return position;
  }

  void AppendAscii(std::string_view ascii) {
    const std::size_t size = out_.size();
    out_.resize(size + ascii.size());
    char* end = out_.data() + size;
    std::size_t position = 0;
    for (; ascii.size() - position >= kBlockBytes; position += kBlockBytes) {
      const char* const block = ascii.data() + position;
      const bool is_plain =
          !(block[0] == ' ' && EndsInSpace(end)) && CopyPlainBlock(block, end);
      end =
          is_plain ? end + kBlockBytes : AppendBytes({block, kBlockBytes}, end);
    }
    end = AppendBytes(ascii.substr(position), end);
    out_.resize(end - out_.data());
  }

  // Copies kBlockBytes with nothing changed but the case; false when more than
  // that is to do, and what was written means nothing.
  bool CopyPlainBlock(const char* from, char* to) const {
    const unsigned char lower = options_.lowercase ? 0x20 : 0;
    const unsigned char apostrophe = options_.normalize_unicode ? '`' : 0x7F;
    // The compiler must see that these bytes are nobody else's.
    unsigned char block[kBlockBytes], copy[kBlockBytes];
    std::memcpy(block, from, kBlockBytes);
    unsigned char odd = 0;
    for (std::size_t i = 0; i < kBlockBytes; ++i) {
      const unsigned char c = block[i];
      const bool is_upper = c >= 'A' && c <= 'Z';
      copy[i] = c | (is_upper ? lower : 0);
      odd |= (c < ' ') | (c == 0x7F) | (c == apostrophe);
    }
    for (std::size_t i = 1; i < kBlockBytes; ++i) {
      odd |= (block[i - 1] == ' ') & (block[i] == ' ');
    }
    std::memcpy(to, copy, kBlockBytes);
    return odd == 0;
  }

  // Writes every byte to `end` and steps over a space only when none is before
  // it: on English text a branch at every space would be mispredicted. Returns
  // the new end.
  char* AppendBytes(std::string_view ascii, char* end) {
    char last = EndsInSpace(end) ? ' ' : '\0';
    for (const char raw : ascii) {
      const char c = ascii_[static_cast<unsigned char>(raw)];
      *end = c;
      end += c != ' ' || last != ' ' ? 1 : 0;
      last = c;
    }
    return end;
  }

  // A run of what is not ASCII.
  void AppendRun(std::string_view run) {
    if (!options_.normalize_unicode) {
      for (std::size_t position = 0; position < run.size();) {
        const auto code =
            static_cast<utf8proc_int32_t>(DecodeUtf8(run, position));
        Append(options_.lowercase ? utf8proc_tolower(code) : code);
      }
      return;
    }
    // A mark at the run's beginning may belong to the ASCII letter before it.
    std::optional<char> base;
    if (!run.empty() && !EndsInSpace()) {
      base = out_.back();
      out_.pop_back();
    }
    for (const utf8proc_int32_t code : composer_.Compose(base, run)) {
      Append(code);
    }
  }

  void Append(char32_t code_point) {
    if (code_point < 0x80 || IsSpaceOrControl(code_point)) {
      const char c = code_point < 0x80 ? static_cast<char>(code_point) : ' ';
      AppendAscii(std::string_view(&c, 1));
    } else {
      AppendUtf8(code_point, out_);
    }
  }

  // Whether a space would be one too many.
  bool EndsInSpace() const { return out_.empty() || out_.back() == ' '; }
  // The same when the text ends at `end`, in out_'s bytes.
  bool EndsInSpace(const char* end) const {
    return end == out_.data() || end[-1] == ' ';
  }

  const TextOptions options_;
  std::array<char, 128> ascii_;
  CompatibilityComposer composer_;
  std::string out_;  // ends in one space at most
};

}  // namespace

absl::Status InvalidUtf8Error(char byte, std::size_t offset) {
  return WithReason(absl::InvalidArgumentError(absl::StrFormat(
                        "the text is not UTF-8: byte 0x%02X at offset %d",
                        static_cast<std::uint8_t>(byte), offset)),
                    "INVALID_UTF8");
}

absl::StatusOr<std::string> NormalizeText(std::string_view text,
                                          const TextOptions& options) {
  if (const auto invalid = FindInvalidUtf8(text); invalid.has_value()) {
    return InvalidUtf8Error(text[*invalid], *invalid);
  }
  const bool has_html =
      options.strip_html && (text.find('<') != std::string_view::npos ||
                             text.find('&') != std::string_view::npos);
  if (!has_html) return TextCleaner(options).Clean(text);
  return TextCleaner(options).Clean(RemoveHtml(text));
}

}  // namespace carousel
