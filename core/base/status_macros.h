// RETURN_IF_ERROR and ASSIGN_OR_RETURN, which this release of Abseil lacks.
#ifndef CAROUSEL_CORE_BASE_STATUS_MACROS_H_
#define CAROUSEL_CORE_BASE_STATUS_MACROS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

// Returns from the enclosing function when `expression` is not OK.
#define RETURN_IF_ERROR(expression)                      \
  do {                                                   \
    if (absl::Status status_macro_status = (expression); \
        !status_macro_status.ok()) {                     \
      return status_macro_status;                        \
    }                                                    \
  } while (false)

#define CAROUSEL_STATUS_CONCAT_INNER(a, b) a##b
#define CAROUSEL_STATUS_CONCAT(a, b) CAROUSEL_STATUS_CONCAT_INNER(a, b)

// Evaluates `expression`, a StatusOr; assigns its value to `target` (which may
// be a declaration) or returns its status.
#define ASSIGN_OR_RETURN(target, expression)                             \
  CAROUSEL_ASSIGN_OR_RETURN(CAROUSEL_STATUS_CONCAT(statusor_, __LINE__), \
                            target, expression)
#define CAROUSEL_ASSIGN_OR_RETURN(statusor, target, expression) \
  auto statusor = (expression);                                 \
  if (!statusor.ok()) return std::move(statusor).status();      \
  target = *std::move(statusor)

#endif  // CAROUSEL_CORE_BASE_STATUS_MACROS_H_
