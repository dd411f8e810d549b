#include "core/train/epoch_plan.h"

#include <algorithm>

#include "core/data/batcher.h"
#include "core/train/random_streams.h"

namespace carousel {

EpochPlan PlanEpoch(const HyperParameters& parameters,
                    std::span<const std::int64_t> lengths, std::int64_t epoch) {
  const bool fixed = parameters.padding == PaddingKind::kFixed;
  return {PlanBatches(lengths, static_cast<std::size_t>(parameters.batch_size),
                      fixed ? BatchOrder::kShuffled : BatchOrder::kBucketed,
                      StreamSeed(parameters.seed, RandomStream::kBatches),
                      static_cast<std::uint64_t>(epoch)),
          fixed ? parameters.max_tokens : 0};
}

double PaddedShare(const EpochPlan& plan,
                   std::span<const std::int64_t> lengths) {
  std::int64_t tokens = 0;
  std::int64_t positions = 0;
  for (const std::vector<std::size_t>& batch : plan.batches) {
    std::int64_t longest = 0;
    for (const std::size_t text : batch) {
      tokens += lengths[text];
      longest = std::max(longest, lengths[text]);
    }
    const std::int64_t time = plan.fixed_time > 0 ? plan.fixed_time : longest;
    positions += time * static_cast<std::int64_t>(batch.size());
  }
  if (positions == 0) return 0;
  return 1 - static_cast<double>(tokens) / static_cast<double>(positions);
}

std::vector<std::int64_t> Lengths(std::span<const EncodedText> texts) {
  std::vector<std::int64_t> lengths;
  lengths.reserve(texts.size());
  for (const EncodedText& text : texts) {
    lengths.push_back(static_cast<std::int64_t>(text.tokens.size()));
  }
  return lengths;
}

}  // namespace carousel
