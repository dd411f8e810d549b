// How serving says that it takes no more work now.
#ifndef CAROUSEL_CORE_SERVE_REFUSALS_H_
#define CAROUSEL_CORE_SERVE_REFUSALS_H_

#include <string_view>

#include "absl/status/status.h"

namespace carousel {

// RESOURCE_EXHAUSTED with reason QUEUE_FULL and a retry delay.
absl::Status QueueFullError(std::string_view message);

// UNAVAILABLE with reason DRAINING.
absl::Status DrainingError();

}  // namespace carousel

#endif  // CAROUSEL_CORE_SERVE_REFUSALS_H_
