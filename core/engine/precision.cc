#include "core/engine/precision.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace carousel {

std::string_view ToString(Precision precision) {
  return precision == Precision::kBf16 ? "bf16" : "f32";
}

absl::StatusOr<Precision> ParsePrecision(std::string_view text) {
  for (const Precision precision : {Precision::kF32, Precision::kBf16}) {
    if (text == ToString(precision)) return precision;
  }
  return absl::InvalidArgumentError(absl::StrCat(
      "precision is ", std::string(text), "; it must be f32 or bf16"));
}

}  // namespace carousel
