#include "core/data/batcher.h"

#include <algorithm>
#include <numeric>

#include "core/base/random.h"
#include "core/text/vocabulary.h"

namespace carousel {
namespace {

// Seeds for unrelated streams of random numbers out of one epoch's.
enum Stream : std::uint64_t { kExamples = 1, kBatches = 2 };

std::vector<std::size_t> OrderExamples(std::span<const std::int64_t> lengths,
                                       std::size_t batch_size, BatchOrder order,
                                       std::uint64_t seed,
                                       std::uint64_t epoch) {
  if (order == BatchOrder::kSequential) {
    std::vector<std::size_t> examples(lengths.size());
    std::iota(examples.begin(), examples.end(), std::size_t{0});
    return examples;
  }
  std::vector<std::size_t> examples =
      RandomPermutation(lengths.size(), DeriveSeed(seed, {kExamples, epoch}));
  if (order == BatchOrder::kShuffled) return examples;
  const std::size_t window = batch_size * kBucketBatches;
  for (std::size_t begin = 0; begin < examples.size(); begin += window) {
    const std::size_t end = std::min(begin + window, examples.size());
    // Stable, since how std::sort leaves equal lengths is not specified.
    std::stable_sort(
        examples.begin() + begin, examples.begin() + end,
        [&](std::size_t a, std::size_t b) { return lengths[a] < lengths[b]; });
  }
  return examples;
}

}  // namespace

std::vector<std::vector<std::size_t>> PlanBatches(
    std::span<const std::int64_t> lengths, std::size_t batch_size,
    BatchOrder order, std::uint64_t seed, std::uint64_t epoch) {
  const std::vector<std::size_t> examples =
      OrderExamples(lengths, batch_size, order, seed, epoch);
  std::vector<std::vector<std::size_t>> batches;
  for (std::size_t begin = 0; begin < examples.size(); begin += batch_size) {
    const std::size_t end = std::min(begin + batch_size, examples.size());
    batches.emplace_back(examples.begin() + begin, examples.begin() + end);
  }
  if (order != BatchOrder::kBucketed) return batches;
  // Without this, an epoch would step through each window from its shortest
  // texts to its longest.
  std::vector<std::vector<std::size_t>> shuffled;
  shuffled.reserve(batches.size());
  for (const std::size_t batch :
       RandomPermutation(batches.size(), DeriveSeed(seed, {kBatches, epoch}))) {
    shuffled.push_back(std::move(batches[batch]));
  }
  return shuffled;
}

Batch MakeBatch(std::span<const EncodedText> texts,
                std::span<const float> labels,
                std::span<const std::size_t> examples,
                std::int64_t fixed_time) {
  Batch batch;
  batch.rows = static_cast<std::int64_t>(examples.size());
  batch.examples.assign(examples.begin(), examples.end());
  batch.time = fixed_time;
  for (const std::size_t example : examples) {
    const auto length = static_cast<std::int64_t>(texts[example].tokens.size());
    batch.lengths.push_back(fixed_time > 0 ? std::min(length, fixed_time)
                                           : length);
    batch.time = std::max(batch.time, batch.lengths.back());
    if (!labels.empty()) batch.labels.push_back(labels[example]);
  }
  batch.tokens.assign(batch.rows * batch.time, kPaddingId);
  for (std::int64_t row = 0; row < batch.rows; ++row) {
    std::copy_n(texts[batch.examples[row]].tokens.begin(), batch.lengths[row],
                batch.tokens.begin() + row * batch.time);
  }
  return batch;
}

}  // namespace carousel
