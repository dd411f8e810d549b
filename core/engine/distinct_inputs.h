// Which inputs of a batch are different ones. What an input gives to the gates
// is a product, and so is its gradient; both are made once for equal inputs, so
// that a word costs them once however often the batch has it. Exact, since the
// products of equal numbers are equal, and a sum of gradients goes through a
// product as each of them does. Free of torch.
#ifndef CAROUSEL_CORE_ENGINE_DISTINCT_INPUTS_H_
#define CAROUSEL_CORE_ENGINE_DISTINCT_INPUTS_H_

#include <cstdint>
#include <span>
#include <vector>

#include "core/engine/parallel_for.h"

namespace carousel {

// Places are those of a padded batch, row by row: row * time + column.
struct DistinctInputs {
  std::vector<std::int64_t> first;  // [distinct]: the place where each comes up
  // [rows * time]: which of them stands there; -1 in the padding.
  std::vector<std::int64_t> at;
};

// Equal where the tokens are. `per_text`: and the text is the same, which is
// what is left when each text's vectors get a dropout mask of their own.
// `tokens` is [rows * time], `lengths` [rows].
DistinctInputs FindDistinctTokens(std::span<const std::int64_t> tokens,
                                  std::span<const std::int64_t> lengths,
                                  std::int64_t time, bool per_text);

// Every input is taken for a different one.
DistinctInputs EveryInput(std::span<const std::int64_t> lengths,
                          std::int64_t time);

// [positions of a packed batch]: which input each position reads; `places` are
// theirs (PaddedIndex, packed_batch.h).
std::vector<std::int64_t> SourcesOf(const DistinctInputs& inputs,
                                    std::span<const std::int64_t> places);

// sums[i] = the sum of rows[p] over all p whose source is i, in order of p. The
// rows have `width` numbers each; every input is somebody's source. The same,
// bit for bit, on any threads.
void SumBySource(std::span<const std::int64_t> sources, std::int64_t inputs,
                 std::int64_t width, const float* rows, float* sums,
                 const ParallelFor& parallel);

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_DISTINCT_INPUTS_H_
