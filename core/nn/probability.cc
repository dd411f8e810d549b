#include "core/nn/probability.h"

#include <cmath>
#include <limits>

namespace carousel {

double ToProbability(double logit) {
  // False for NaN as well.
  return std::abs(logit) <= std::numeric_limits<float>::max()
             ? 1 / (1 + std::exp(-logit))
             : std::numeric_limits<double>::quiet_NaN();
}

}  // namespace carousel
