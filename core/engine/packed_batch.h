// The tokens of a batch in the order in which the engine reads them: step by
// step, and of each step only the texts that still go on. Longest texts first,
// so that those are the first rows of the step before, too, and no step ever
// looks at padding (PyTorch calls this a packed sequence).
//
// A thread has texts of its own, every n-th by length, which it takes from the
// first step to the last without waiting for anybody.
#ifndef CAROUSEL_CORE_ENGINE_PACKED_BATCH_H_
#define CAROUSEL_CORE_ENGINE_PACKED_BATCH_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace carousel {

// What one thread reads. Positions are numbered through all shards.
struct PackedShard {
  std::vector<std::int64_t> rows;  // of the batch, the longest first
  // [steps]: how many of the rows have a token at the step, and the position
  // of the first; the others follow it.
  std::vector<std::int64_t> live;
  std::vector<std::int64_t> begin;
  std::int64_t end = 0;  // one past the shard's last position

  std::int64_t steps() const { return static_cast<std::int64_t>(live.size()); }
};

struct PackedBatch {
  std::vector<PackedShard> shards;  // none is empty
  std::int64_t positions = 0;
};

// `lengths` are those of the batch's rows, each at least 1. At most
// `max_shards` shards.
PackedBatch PackBatch(std::span<const std::int64_t> lengths, int max_shards);

// For each position the index of its token in a batch padded to `time` columns,
// row by row. `backwards`: a text is read from its own last token on.
std::vector<std::int64_t> PaddedIndex(const PackedBatch& batch,
                                      std::span<const std::int64_t> lengths,
                                      std::int64_t time, bool backwards);

// For each row of the batch the position of the last token that is read.
std::vector<std::int64_t> LastPositions(const PackedBatch& batch,
                                        std::span<const std::int64_t> lengths);

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_PACKED_BATCH_H_
