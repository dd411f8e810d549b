#include "core/analysis/principal_components.h"

#include <ATen/ATen.h>
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "core/base/status_macros.h"
#include "core/nn/torch_status.h"

namespace carousel {
namespace {

absl::Status CheckArguments(std::span<const float> values, std::size_t rows,
                            std::size_t columns, std::size_t dimensions) {
  if (rows < 2) {
    return absl::InvalidArgumentError(
        absl::StrCat("there are ", rows, " points; a projection needs 2"));
  }
  if (values.size() != rows * columns) {
    return absl::InvalidArgumentError(
        absl::StrCat("there are ", values.size(), " values; ", rows,
                     " points of ", columns, " need ", rows * columns));
  }
  const std::size_t most = std::min(rows - 1, columns);
  if (dimensions < 1 || dimensions > most) {
    return absl::InvalidArgumentError(
        absl::StrCat("dimensions is ", dimensions, "; it must be in [1, ", most,
                     "] for ", rows, " points in ", columns, " dimensions"));
  }
  const auto bad = std::find_if(values.begin(), values.end(), [](float value) {
    return !std::isfinite(value);
  });
  if (bad != values.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("point ", (bad - values.begin()) / columns,
                     " has a value that is not finite"));
  }
  return absl::OkStatus();
}

// 1 or -1 for each row, so that the row times it has its largest value by
// magnitude positive. [rows, 1]
at::Tensor SignOfLargest(const at::Tensor& components) {
  const at::Tensor largest = components.abs().argmax(1, /*keepdim=*/true);
  const at::Tensor signs = at::sign(components.gather(1, largest));
  // A row of zeros keeps its sign.
  return at::where(signs == 0, at::ones_like(signs), signs);
}

std::vector<double> ToVector(const at::Tensor& tensor) {
  const at::Tensor values = tensor.contiguous();
  const double* first = values.const_data_ptr<double>();
  return std::vector<double>(first, first + values.numel());
}

PrincipalComponents Decompose(std::span<const float> values, std::size_t rows,
                              std::size_t columns, std::size_t dimensions) {
  const c10::InferenceMode inference;
  const at::Tensor data = at::from_blob(const_cast<float*>(values.data()),
                                        {static_cast<std::int64_t>(rows),
                                         static_cast<std::int64_t>(columns)},
                                        at::kFloat)
                              .to(at::kDouble);
  const at::Tensor mean = data.mean(0, /*keepdim=*/true);
  const at::Tensor centred = data - mean;
  // centred = U diag(S) Vh: the rows of Vh are the components, S^2 what each
  // explains of the sum of squares.
  const auto [u, s, vh] = at::linalg_svd(centred, /*full_matrices=*/false);
  const auto kept = static_cast<std::int64_t>(dimensions);
  const at::Tensor directions = vh.narrow(0, 0, kept);
  const at::Tensor components = directions * SignOfLargest(directions);
  const at::Tensor variance = s.square();
  const double total = variance.sum().item<double>();
  const at::Tensor shares =
      total > 0 ? variance.div(total) : at::zeros_like(variance);
  return {.dimensions = dimensions,
          .mean = ToVector(mean),
          .positions = ToVector(centred.matmul(components.t())),
          .components = ToVector(components),
          .explained_variance = ToVector(shares.narrow(0, 0, kept))};
}

}  // namespace

absl::StatusOr<PrincipalComponents> ComputePrincipalComponents(
    std::span<const float> values, std::size_t rows, std::size_t columns,
    std::size_t dimensions) {
  RETURN_IF_ERROR(CheckArguments(values, rows, columns, dimensions));
  try {
    return Decompose(values, rows, columns, dimensions);
  } catch (...) {
    return WithContext(TorchExceptionToStatus(), "principal components");
  }
}

}  // namespace carousel
