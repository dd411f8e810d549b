#include "core/train/schedule.h"

#include <cmath>
#include <numbers>

namespace carousel {

double LearningRateFactor(ScheduleKind schedule, double warmup_fraction,
                          std::int64_t step, std::int64_t total_steps) {
  const auto total = static_cast<double>(total_steps);
  const double warmup = std::round(warmup_fraction * total);
  const auto now = static_cast<double>(step);
  if (now < warmup) return (now + 1) / warmup;
  // From 0 at the end of the warm-up to 1 after the last step.
  const double progress = (now - warmup) / (total - warmup);
  switch (schedule) {
    case ScheduleKind::kConstant:
      return 1;
    case ScheduleKind::kLinear:
      return 1 - progress;
    case ScheduleKind::kCosine:
      return 0.5 * (1 + std::cos(std::numbers::pi * progress));
  }
  return 1;
}

}  // namespace carousel
