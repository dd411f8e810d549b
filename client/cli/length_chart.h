// How long the texts of a dataset are, as bars beside each other.
#ifndef CAROUSEL_CLIENT_CLI_LENGTH_CHART_H_
#define CAROUSEL_CLIENT_CLI_LENGTH_CHART_H_

#include <cstdint>
#include <functional>
#include <string>

#include "carousel/v1/datasets.pb.h"

namespace carousel::client {

struct ChartStyle {
  int columns = 80;      // of the terminal; 0: numbers alone
  bool unicode = false;  // bars of eighths of a block instead of "#"
};

// A line a bin, with the texts of each label as a bar and in numbers, all bars
// to one scale. Where `columns` are too few for bars that say something, the
// numbers alone. "" without bins.
std::string DrawLengths(const v1::DatasetStatistics& statistics,
                        const ChartStyle& style);

// `count` of `most` as a bar of at most `columns` columns, shorter than a
// column where `unicode`; no bar for 0, and never none for more.
std::string DrawCount(std::int64_t count, std::int64_t most, int columns,
                      bool unicode);

// Whether a terminal shows UTF-8, by what POSIX says of LC_ALL, LC_CTYPE and
// LANG. `variable` gives an environment variable's value.
bool IsUtf8Locale(
    const std::function<std::string(const std::string&)>& variable);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_LENGTH_CHART_H_
