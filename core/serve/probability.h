// What a model's answer must be.
#ifndef CAROUSEL_CORE_SERVE_PROBABILITY_H_
#define CAROUSEL_CORE_SERVE_PROBABILITY_H_

#include "absl/status/statusor.h"

namespace carousel {

// `probability` if it is one; INTERNAL naming it when it is not.
absl::StatusOr<double> CheckProbability(double probability);

}  // namespace carousel

#endif  // CAROUSEL_CORE_SERVE_PROBABILITY_H_
