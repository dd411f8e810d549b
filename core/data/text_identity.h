// When two texts are the same: when they are equal after default normalizing.
#ifndef CAROUSEL_CORE_DATA_TEXT_IDENTITY_H_
#define CAROUSEL_CORE_DATA_TEXT_IDENTITY_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"

namespace carousel {

// Equal for equal texts and for no others. INVALID_ARGUMENT for a text that is
// empty (also after normalizing), not UTF-8, or over TextEncoder's limit.
absl::StatusOr<std::string> NormalizeForComparison(std::string_view text);

}  // namespace carousel

#endif  // CAROUSEL_CORE_DATA_TEXT_IDENTITY_H_
