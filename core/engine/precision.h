// The numbers that products of the LSTM are made of.
#ifndef CAROUSEL_CORE_ENGINE_PRECISION_H_
#define CAROUSEL_CORE_ENGINE_PRECISION_H_

#include <string_view>

#include "absl/status/statusor.h"

namespace carousel {

enum class Precision {
  kF32,
  // Mixed: both factors of a product are rounded to bfloat16 (bf16.h). Sums,
  // cells, what is kept and weights that are trained stay f32.
  kBf16,
};
std::string_view ToString(Precision precision);  // "f32", "bf16"
// INVALID_ARGUMENT naming the value and the precisions there are.
absl::StatusOr<Precision> ParsePrecision(std::string_view text);

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_PRECISION_H_
