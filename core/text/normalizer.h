// From raw text to clean text: HTML, character references, Unicode, case,
// space.
#ifndef CAROUSEL_CORE_TEXT_NORMALIZER_H_
#define CAROUSEL_CORE_TEXT_NORMALIZER_H_

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/utf8.h"
#include "core/text/text_options.h"

namespace carousel {

// Applies the HTML, Unicode and case options, turns every run of white space
// and control characters into one space, and trims. Punctuation stays: taking
// it out is the tokenizer's work. INVALID_ARGUMENT with reason INVALID_UTF8
// and the byte's offset for what is not UTF-8.
//
// Time is linear in the text's length. Without strip_html the result,
// normalized again, stays as it is; with it "&lt;b&gt;" becomes the text "<b>",
// which a second time would be a tag.
absl::StatusOr<std::string> NormalizeText(std::string_view text,
                                          const TextOptions& options);

// That error.
absl::Status InvalidUtf8Error(char byte, std::size_t offset);

// Of a longer run of combining marks the rest is dropped, as no language
// stacks that many (the Stream-Safe Text Format of UAX #15). It bounds the
// work of putting them into canonical order.
inline constexpr std::size_t kMaxCombiningMarks = 30;

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_NORMALIZER_H_
