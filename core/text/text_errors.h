// What can be wrong with one text, however it comes.
#ifndef CAROUSEL_CORE_TEXT_TEXT_ERRORS_H_
#define CAROUSEL_CORE_TEXT_TEXT_ERRORS_H_

#include <cstddef>

#include "absl/status/status.h"

namespace carousel {

// INVALID_ARGUMENT with reason TEXT_TOO_LONG, naming the size and the limit,
// TextEncoder::kMaxTextBytes.
absl::Status TextTooLongError(std::size_t bytes);

// INVALID_ARGUMENT with reason NO_TOKENS.
absl::Status NoTokensError();

}  // namespace carousel

#endif  // CAROUSEL_CORE_TEXT_TEXT_ERRORS_H_
