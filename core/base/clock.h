// Time as an argument, so that tests say what time it is.
#ifndef CAROUSEL_CORE_BASE_CLOCK_H_
#define CAROUSEL_CORE_BASE_CLOCK_H_

#include <chrono>
#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace carousel {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // The calendar's time, for records that people read. It may jump.
  virtual absl::Time Now() const = 0;

  // A time that never goes back, for durations and deadlines.
  virtual std::chrono::steady_clock::time_point SteadyNow() const = 0;

  // The machine's own clock; lives as long as the process.
  static const Clock& Real();
};

// In UTC with microseconds, the form in which times are stored. (absl has a
// FormatTime of its own, which argument-dependent lookup would find too.)
std::string FormatRfc3339(absl::Time time);
// Reads that form and any other of RFC 3339; INVALID_ARGUMENT for the rest.
absl::StatusOr<absl::Time> ParseRfc3339(std::string_view text);

}  // namespace carousel

#endif  // CAROUSEL_CORE_BASE_CLOCK_H_
