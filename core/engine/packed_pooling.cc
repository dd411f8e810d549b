#include "core/engine/packed_pooling.h"

#include <algorithm>

namespace carousel {
namespace {

// A token's place: the shard's step, the row of the batch, the position, and
// whether it is the text's last.
struct Place {
  std::int64_t step;
  std::int64_t row;
  std::int64_t position;
  bool is_last;
};

template <typename Body>
void ForEachPlace(const PackedShard& shard, const Body& body) {
  for (std::int64_t step = 0; step < shard.steps(); ++step) {
    const std::int64_t going_on =
        step + 1 < shard.steps() ? shard.live[step + 1] : 0;
    for (std::int64_t i = 0; i < shard.live[step]; ++i) {
      body(Place{.step = step,
                 .row = shard.rows[i],
                 .position = shard.begin[step] + i,
                 .is_last = i >= going_on});
    }
  }
}

template <typename T>
T* RowOf(T* numbers, std::int64_t row, std::int64_t hidden) {
  return numbers == nullptr ? nullptr : numbers + row * hidden;
}

PooledOutputs RowOf(const PooledOutputs& pooled, std::int64_t row,
                    std::int64_t hidden) {
  return {.max = RowOf(pooled.max, row, hidden),
          .largest_at = RowOf(pooled.largest_at, row, hidden),
          .mean = RowOf(pooled.mean, row, hidden),
          .last = RowOf(pooled.last, row, hidden)};
}

// A number that is none is larger than any, so that it shows.
void TakeMax(std::int64_t hidden, std::int64_t step, const float* h,
             const PooledOutputs& row) {
  const auto at = static_cast<std::int32_t>(step);
  for (std::int64_t j = 0; j < hidden; ++j) {
    const bool stays = step > 0 && h[j] <= row.max[j];
    row.max[j] = stays ? row.max[j] : h[j];
    row.largest_at[j] = stays ? row.largest_at[j] : at;
  }
}

void PoolPlace(const Place& place, std::int64_t hidden, const float* h,
               const PooledOutputs& row) {
  if (row.max != nullptr) TakeMax(hidden, place.step, h, row);
  if (row.mean != nullptr) {
    if (place.step == 0) std::fill_n(row.mean, hidden, 0.0F);
    for (std::int64_t j = 0; j < hidden; ++j) row.mean[j] += h[j];
    if (place.is_last) {
      const auto tokens = static_cast<float>(place.step + 1);
      for (std::int64_t j = 0; j < hidden; ++j) row.mean[j] /= tokens;
    }
  }
  if (row.last != nullptr && place.is_last) std::copy_n(h, hidden, row.last);
}

void PoolPlaceBack(const Place& place, std::int64_t hidden, float share,
                   const PooledOutputs& row, float* d_h) {
  std::fill_n(d_h, hidden, 0.0F);
  if (row.max != nullptr) {
    const auto at = static_cast<std::int32_t>(place.step);
    for (std::int64_t j = 0; j < hidden; ++j) {
      const float d_max = row.max[j];  // read anyway: a vector's worth at once
      d_h[j] = row.largest_at[j] == at ? d_max : 0.0F;
    }
  }
  if (row.mean != nullptr) {
    for (std::int64_t j = 0; j < hidden; ++j) d_h[j] += share * row.mean[j];
  }
  if (row.last != nullptr && place.is_last) {
    for (std::int64_t j = 0; j < hidden; ++j) d_h[j] += row.last[j];
  }
}

}  // namespace

void Pool(const PackedBatch& batch, std::int64_t hidden, const float* h,
          const PooledOutputs& pooled, const ParallelFor& parallel) {
  parallel(static_cast<int>(batch.shards.size()), [&](int shard) {
    ForEachPlace(batch.shards[shard], [&](const Place& place) {
      PoolPlace(place, hidden, h + place.position * hidden,
                RowOf(pooled, place.row, hidden));
    });
  });
}

void PoolBack(const PackedBatch& batch, std::span<const std::int64_t> lengths,
              std::int64_t hidden, const PooledOutputs& gradients, float* d_h,
              const ParallelFor& parallel) {
  parallel(static_cast<int>(batch.shards.size()), [&](int shard) {
    ForEachPlace(batch.shards[shard], [&](const Place& place) {
      PoolPlaceBack(
          place, hidden, 1.0F / static_cast<float>(lengths[place.row]),
          RowOf(gradients, place.row, hidden), d_h + place.position * hidden);
    });
  });
}

}  // namespace carousel
