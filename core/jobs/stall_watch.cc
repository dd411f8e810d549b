#include "core/jobs/stall_watch.h"

namespace carousel {

StallWatch::StallWatch(const StallRule& rule)
    : rule_(rule), silent_since_(rule.clock->SteadyNow()) {}

void StallWatch::OnEventEnds() {
  in_event_ = false;
  silent_since_ = rule_.clock->SteadyNow();
}

bool StallWatch::IsStalled() const {
  return rule_.limit > rule_.limit.zero() && !in_event_ &&
         rule_.clock->SteadyNow() - silent_since_ >= rule_.limit;
}

}  // namespace carousel
