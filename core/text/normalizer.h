// From raw text to clean text: HTML, character entities, Unicode, case, space.
#ifndef CAROUSEL_CORE_TEXT_NORMALIZER_H_
#define CAROUSEL_CORE_TEXT_NORMALIZER_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/text/text_options.h"

namespace carousel {

// The offset of the first byte that is not UTF-8 (RFC 3629: no overlong forms,
// no surrogates, nothing above U+10FFFF); nothing when all of it is.
std::optional<std::size_t> FindInvalidUtf8(std::string_view text);

// Applies the HTML, Unicode and case options, turns every run of white space
// and control characters into one space, and trims. Punctuation stays: taking
// it out is the tokenizer's work. INVALID_ARGUMENT with reason INVALID_UTF8
// and the byte's offset for what is not UTF-8.
absl::StatusOr<std::string> NormalizeText(std::string_view text,
                                          const TextOptions& options);

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_NORMALIZER_H_
