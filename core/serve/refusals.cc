#include "core/serve/refusals.h"

#include "absl/time/time.h"
#include "core/base/error_details.h"
#include "core/base/strings.h"

namespace carousel {
namespace {

// About what a full queue takes to shrink noticeably, and not so long that a
// short burst costs its callers a second.
constexpr absl::Duration kRetryDelay = absl::Milliseconds(500);

}  // namespace

absl::Status QueueFullError(std::string_view message) {
  return WithRetryDelay(
      WithReason(absl::ResourceExhaustedError(ToAbslView(message)),
                 "QUEUE_FULL"),
      kRetryDelay);
}

absl::Status DrainingError() {
  return WithReason(absl::UnavailableError("the server is stopping"),
                    "DRAINING");
}

}  // namespace carousel
