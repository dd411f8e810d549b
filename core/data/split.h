// The split of a dataset: a function of its texts, its labels and a seed.
//
// Texts that are equal after default normalizing form a group, and a group
// stays on one side, or a test text would have been trained on. Groups of each
// label are sorted by SHA-256 of seed and text and cut at the shares, so adding
// a row moves few others, and the shares hold per label to one group.
#ifndef CAROUSEL_CORE_DATA_SPLIT_H_
#define CAROUSEL_CORE_DATA_SPLIT_H_

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/data/dataset.h"

namespace carousel {

struct SplitInput {
  std::string normalized_text;
  Label label = 0;
};

struct SplitResult {
  std::vector<Split> splits;        // one a row
  std::vector<std::int64_t> group;  // one a row: the first row of its group
  std::int64_t duplicate_rows = 0;
  // [first row with one label, first row with the other], from 0.
  std::vector<std::array<std::int64_t, 2>> conflicts;
};

// A group with both labels counts under its majority, at a tie under its first
// row's. `shares` are per cent and sum to 100.
SplitResult AssignSplits(const std::vector<SplitInput>& rows,
                         const std::array<int, 3>& shares, std::uint64_t seed);

}  // namespace carousel

#endif  // CAROUSEL_CORE_DATA_SPLIT_H_
