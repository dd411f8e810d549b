// The split of a dataset: a function of its texts, its labels and a seed.
//
// Texts that are equal after default normalizing form a group, and a group
// stays on one side, or a test text would have been trained on. Groups of each
// label are sorted by the SHA-256 of the seed in decimal, a line feed and the
// normalized text, and cut at the running sums of the shares, rounded: adding a
// row moves few others, and the shares hold per label to one group.
#ifndef CAROUSEL_CORE_DATA_SPLIT_H_
#define CAROUSEL_CORE_DATA_SPLIT_H_

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

#include "core/base/sha256.h"
#include "core/data/dataset.h"

namespace carousel {

// The hash that texts are sorted by; equal only for equal texts.
Sha256Digest SplitKey(std::string_view normalized_text, std::uint64_t seed);

// All that the split needs of a row, so that a long text is held once.
struct SplitInput {
  Sha256Digest key = {};
  Label label = 0;
};

struct SplitResult {
  std::vector<Split> splits;  // one a row
  std::int64_t duplicate_rows = 0;
  // For each group with both labels: [its first row, its first row with the
  // other label], from 0, in the order of the first rows.
  std::vector<std::array<std::int64_t, 2>> conflicts;
};

// A group with both labels counts under its majority, at a tie under its first
// row's. `shares` are per cent and sum to 100.
SplitResult AssignSplits(const std::vector<SplitInput>& rows,
                         const std::array<int, 3>& shares);

}  // namespace carousel

#endif  // CAROUSEL_CORE_DATA_SPLIT_H_
