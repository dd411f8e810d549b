// Checks of request fields that collect what is wrong instead of stopping at
// the first.
#ifndef CAROUSEL_SERVER_FIELD_CHECKS_H_
#define CAROUSEL_SERVER_FIELD_CHECKS_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/error_details.h"
#include "core/base/names.h"
#include "core/store/records.h"

namespace carousel {

// Adds the violations of `status`; one without any becomes a violation of
// `field` with its message.
void AddViolations(std::string_view field, const absl::Status& status,
                   FieldViolations& violations);

// A name or, where it is none, a violation.
void CheckName(std::string_view field, std::string_view name,
               FieldViolations& violations);

// The reference, or an empty one and a violation of "model".
ModelReference CheckModel(std::string_view text, FieldViolations& violations);
// INVALID_ARGUMENT with a violation of "model".
absl::StatusOr<ModelReference> ParseModel(std::string_view text);

// AIP-158: a negative page_size is a violation, a large one is cut later.
absl::StatusOr<PageRequest> ParsePage(std::int64_t page_size,
                                      std::string_view page_token);

}  // namespace carousel

#endif  // CAROUSEL_SERVER_FIELD_CHECKS_H_
