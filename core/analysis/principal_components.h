// Principal component analysis (Pearson 1901; Hotelling 1933) by singular value
// decomposition of the centred data.
#ifndef CAROUSEL_CORE_ANALYSIS_PRINCIPAL_COMPONENTS_H_
#define CAROUSEL_CORE_ANALYSIS_PRINCIPAL_COMPONENTS_H_

#include <cstddef>
#include <span>
#include <vector>

#include "absl/status/statusor.h"

namespace carousel {

struct PrincipalComponents {
  std::size_t dimensions = 0;
  std::vector<double> positions;           // [rows, dimensions], row-major
  std::vector<double> explained_variance;  // share of each dimension, [0, 1]
};

// `values` is [rows, columns], row-major. The sign of a component is such that
// its largest loading by magnitude is positive, so that a picture does not
// flip between runs. INVALID_ARGUMENT for fewer than two rows or more
// dimensions than min(rows - 1, columns).
absl::StatusOr<PrincipalComponents> ComputePrincipalComponents(
    std::span<const float> values, std::size_t rows, std::size_t columns,
    std::size_t dimensions);

}  // namespace carousel

#endif  // CAROUSEL_CORE_ANALYSIS_PRINCIPAL_COMPONENTS_H_
