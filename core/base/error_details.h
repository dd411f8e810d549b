// Structured details carried by an absl::Status, so that core can say which
// field is wrong and why without knowing gRPC. The server turns them into
// google.rpc.ErrorInfo, BadRequest and RetryInfo (AIP-193).
#ifndef CAROUSEL_CORE_BASE_ERROR_DETAILS_H_
#define CAROUSEL_CORE_BASE_ERROR_DETAILS_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace carousel {

// One wrong field. `field` is its name as the caller wrote it,
// `description` a sentence with the value and the limit, for example
// "learning_rate is 12; it must be in (0, 1]".
struct FieldViolation {
  std::string field;
  std::string description;
  bool operator==(const FieldViolation&) const = default;
};

// Collects everything that is wrong with a request, to say it all at once.
class FieldViolations {
 public:
  void Add(std::string_view field, std::string_view description);
  bool empty() const { return violations_.empty(); }
  const std::vector<FieldViolation>& list() const { return violations_; }

  // OK when empty; else INVALID_ARGUMENT whose message joins the descriptions
  // with "; " and whose payload lists the fields.
  absl::Status ToStatus() const;

 private:
  std::vector<FieldViolation> violations_;
};

// The violations that ToStatus() put into a status; empty for any other.
std::vector<FieldViolation> GetFieldViolations(const absl::Status& status);

// A machine-readable reason in UPPER_SNAKE_CASE, for example "QUEUE_FULL".
// Setting it on an OK status does nothing; "" when none was set.
absl::Status WithReason(absl::Status status, std::string_view reason);
std::string GetReason(const absl::Status& status);

// After how long a refused call is worth repeating; zero when not set.
absl::Status WithRetryDelay(absl::Status status, absl::Duration delay);
absl::Duration GetRetryDelay(const absl::Status& status);

// The same status with "`context`: " before its message; payloads are kept.
absl::Status WithContext(absl::Status status, std::string_view context);

}  // namespace carousel

#endif  // CAROUSEL_CORE_BASE_ERROR_DETAILS_H_
