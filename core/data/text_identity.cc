#include "core/data/text_identity.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/text/encoder.h"
#include "core/text/normalizer.h"

namespace carousel {

absl::StatusOr<std::string> NormalizeForComparison(std::string_view text) {
  if (text.size() > TextEncoder::kMaxTextBytes) {
    return absl::InvalidArgumentError(absl::StrCat("the text has ", text.size(),
                                                   " bytes; the limit is ",
                                                   TextEncoder::kMaxTextBytes));
  }
  ASSIGN_OR_RETURN(std::string normalized, NormalizeText(text, TextOptions()));
  if (normalized.empty()) {
    return absl::InvalidArgumentError("the text is empty");
  }
  return normalized;
}

}  // namespace carousel
