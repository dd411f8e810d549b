// Which texts form the batches of an epoch, and how wide each batch is.
#ifndef CAROUSEL_CORE_TRAIN_EPOCH_PLAN_H_
#define CAROUSEL_CORE_TRAIN_EPOCH_PLAN_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/text/encoder.h"
#include "core/train/hyperparameters.h"

namespace carousel {

struct EpochPlan {
  std::vector<std::vector<std::size_t>> batches;  // of texts
  std::int64_t fixed_time = 0;  // columns of every batch; 0: its longest text
};

// A pure function of its arguments. `epoch` counts from 1.
EpochPlan PlanEpoch(const HyperParameters& parameters,
                    std::span<const std::int64_t> lengths, std::int64_t epoch);

// The share of the positions of all batches that holds no token.
double PaddedShare(const EpochPlan& plan,
                   std::span<const std::int64_t> lengths);

// The number of tokens that are read of each text.
std::vector<std::int64_t> Lengths(std::span<const EncodedText> texts);

}  // namespace carousel

#endif  // CAROUSEL_CORE_TRAIN_EPOCH_PLAN_H_
