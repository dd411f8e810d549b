#include "core/serve/probability.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace carousel {

absl::StatusOr<double> CheckProbability(double probability) {
  // False for NaN as well.
  if (probability >= 0 && probability <= 1) return probability;
  return absl::InternalError(absl::StrCat("the model answered ", probability,
                                          "; a probability must be in [0, 1]"));
}

}  // namespace carousel
