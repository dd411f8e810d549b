// A series of numbers as a curve in one line.
#ifndef CAROUSEL_CLIENT_CLI_CURVE_H_
#define CAROUSEL_CLIENT_CLI_CURVE_H_

#include <optional>
#include <string>
#include <vector>

namespace carousel::client {

// What the terminal can show: Unicode's blocks of eight heights, or marks of
// ASCII that are heavier the higher they stand for.
enum class CurveStyle { kBlocks, kAscii };

struct CurveRange {
  double low = 0;
  double high = 0;
};

// The least and the greatest of the values that are finite; nothing when none
// is.
std::optional<CurveRange> RangeOf(const std::vector<double>& values);

// One character a value, in at most `columns` columns: with more values than
// that, each stands for the mean of some neighbours. "x" is a value that is no
// number, or infinite.
std::string DrawCurve(const std::vector<double>& values, CurveRange range,
                      int columns, CurveStyle style);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_CURVE_H_
