// The learning rate over the steps of a run.
#ifndef CAROUSEL_CORE_TRAIN_SCHEDULE_H_
#define CAROUSEL_CORE_TRAIN_SCHEDULE_H_

#include <cstdint>

#include "core/train/hyperparameters.h"

namespace carousel {

// What the rates are multiplied by at `step` of `total_steps` (from 0): rises
// from 1 / warm-up steps to 1 over the warm-up, then stays (constant), falls on
// a line to 0 after the last step (linear), or follows half a cosine to 0.
double LearningRateFactor(ScheduleKind schedule, double warmup_fraction,
                          std::int64_t step, std::int64_t total_steps);

}  // namespace carousel

#endif  // CAROUSEL_CORE_TRAIN_SCHEDULE_H_
