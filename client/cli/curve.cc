#include "client/cli/curve.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace carousel::client {
namespace {

constexpr std::size_t kLevels = 8;
constexpr std::array<const char*, kLevels> kBlocks = {
    "\u2581", "\u2582", "\u2583", "\u2584",
    "\u2585", "\u2586", "\u2587", "\u2588"};
constexpr std::array<const char*, kLevels> kMarks = {"_", ".", "-", "=",
                                                     "+", "*", "#", "@"};
constexpr char kNoNumber[] = "x";

// In as many parts of about the same size as there are columns.
std::vector<double> Condense(const std::vector<double>& values,
                             std::size_t columns) {
  if (values.size() <= columns) return values;
  std::vector<double> means(columns);
  for (std::size_t i = 0; i < columns; ++i) {
    const std::size_t begin = i * values.size() / columns;
    const std::size_t end = (i + 1) * values.size() / columns;
    for (std::size_t j = begin; j < end; ++j) means[i] += values[j];
    means[i] /= static_cast<double>(end - begin);
  }
  return means;
}

}  // namespace

std::optional<CurveRange> RangeOf(const std::vector<double>& values) {
  std::optional<CurveRange> range;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    if (!range.has_value()) range = CurveRange{value, value};
    range->low = std::min(range->low, value);
    range->high = std::max(range->high, value);
  }
  return range;
}

std::string DrawCurve(const std::vector<double>& values, CurveRange range,
                      int columns, CurveStyle style) {
  const auto& marks = style == CurveStyle::kBlocks ? kBlocks : kMarks;
  std::string curve;
  for (const double value :
       Condense(values, static_cast<std::size_t>(std::max(columns, 0)))) {
    if (!std::isfinite(value)) {
      curve += kNoNumber;
      continue;
    }
    const double extent = range.high - range.low;
    const double height =
        extent > 0 ? std::clamp((value - range.low) / extent, 0.0, 1.0) : 0;
    curve += marks[static_cast<std::size_t>(
        std::lround(height * static_cast<double>(kLevels - 1)))];
  }
  return curve;
}

}  // namespace carousel::client
