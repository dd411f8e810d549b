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
  std::vector<double> mean;                // [columns], the origin
  std::vector<double> positions;           // [rows, dimensions], row-major
  std::vector<double> components;          // [dimensions, columns], unit rows
  std::vector<double> explained_variance;  // share of each dimension, [0, 1]
};

// `values` is [rows, columns], row-major; the work is in double precision. The
// sign of a component is such that its largest loading by magnitude (at a tie,
// the first) is positive, so that a picture does not flip between runs. Shares
// are 0 where all rows are equal. INVALID_ARGUMENT for fewer than two rows,
// more dimensions than min(rows - 1, columns) or a value that is not finite.
absl::StatusOr<PrincipalComponents> ComputePrincipalComponents(
    std::span<const float> values, std::size_t rows, std::size_t columns,
    std::size_t dimensions);

}  // namespace carousel

#endif  // CAROUSEL_CORE_ANALYSIS_PRINCIPAL_COMPONENTS_H_
