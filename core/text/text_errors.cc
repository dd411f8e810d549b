#include "core/text/text_errors.h"

#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/text/encoder.h"

namespace carousel {

absl::Status TextTooLongError(std::size_t bytes) {
  return WithReason(absl::InvalidArgumentError(absl::StrCat(
                        "the text has ", bytes, " bytes; the limit is ",
                        TextEncoder::kMaxTextBytes)),
                    "TEXT_TOO_LONG");
}

absl::Status NoTokensError() {
  return WithReason(absl::InvalidArgumentError("the text has no token"),
                    "NO_TOKENS");
}

}  // namespace carousel
