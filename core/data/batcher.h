// From encoded texts to mini-batches.
#ifndef CAROUSEL_CORE_DATA_BATCHER_H_
#define CAROUSEL_CORE_DATA_BATCHER_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/text/encoder.h"

namespace carousel {

// A mini-batch, token indices padded at the end with kPaddingId.
struct Batch {
  std::int64_t rows = 0;
  std::int64_t time = 0;              // columns
  std::vector<std::int64_t> tokens;   // [rows, time], row-major
  std::vector<std::int64_t> lengths;  // [rows], each from 1 to time
  std::vector<float> labels;          // [rows]; empty when there are none
  std::vector<std::size_t> examples;  // [rows], which text each row is
};

// How large a batch may be that only answers. What it costs, in memory and in
// time, is its rows times its longest text, to which the others are padded.
struct BatchLimits {
  std::size_t rows = 64;
  std::size_t padded_tokens = std::size_t{64} * 400;

  bool Allow(std::size_t batch_rows, std::size_t longest) const {
    return batch_rows <= rows && batch_rows * longest <= padded_tokens;
  }
};

enum class BatchOrder {
  kSequential,  // as given
  kShuffled,    // a new order each epoch
  // Shuffled, then sorted by length inside windows of many batches, then the
  // batches shuffled: little padding, and still another mixture each epoch.
  kBucketed,
};

// Which texts form each batch of one epoch: a pure function of its arguments.
// One batch may be smaller than the others: the last one, or with bucketing any
// of them. Bucketing takes windows of `kBucketBatches` batches. `batch_size` is
// at least 1.
inline constexpr std::size_t kBucketBatches = 50;
std::vector<std::vector<std::size_t>> PlanBatches(
    std::span<const std::int64_t> lengths, std::size_t batch_size,
    BatchOrder order, std::uint64_t seed, std::uint64_t epoch);

// Lays out one batch. `fixed_time` 0 pads to the longest of the batch;
// otherwise every batch has that many columns, and longer texts lose their
// last tokens. `labels` may be empty.
Batch MakeBatch(std::span<const EncodedText> texts,
                std::span<const float> labels,
                std::span<const std::size_t> examples,
                std::int64_t fixed_time = 0);

}  // namespace carousel

#endif  // CAROUSEL_CORE_DATA_BATCHER_H_
