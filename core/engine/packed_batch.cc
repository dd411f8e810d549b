#include "core/engine/packed_batch.h"

#include <algorithm>
#include <numeric>

namespace carousel {
namespace {

void FillSteps(std::span<const std::int64_t> lengths, std::int64_t& position,
               PackedShard& shard) {
  const std::int64_t steps = lengths[shard.rows.front()];
  auto live = static_cast<std::int64_t>(shard.rows.size());
  for (std::int64_t step = 0; step < steps; ++step) {
    while (lengths[shard.rows[live - 1]] <= step) --live;
    shard.live.push_back(live);
    shard.begin.push_back(position);
    position += live;
  }
  shard.end = position;
}

template <typename Visit>
void ForEachPosition(const PackedBatch& batch, const Visit& visit) {
  for (const PackedShard& shard : batch.shards) {
    for (std::int64_t step = 0; step < shard.steps(); ++step) {
      for (std::int64_t i = 0; i < shard.live[step]; ++i) {
        visit(shard.begin[step] + i, shard.rows[i], step);
      }
    }
  }
}

}  // namespace

PackedBatch PackBatch(std::span<const std::int64_t> lengths, int max_shards) {
  std::vector<std::int64_t> order(lengths.size());
  std::iota(order.begin(), order.end(), 0);
  // Stable, so that the same batch is always packed the same.
  std::ranges::stable_sort(order, [&](std::int64_t a, std::int64_t b) {
    return lengths[a] > lengths[b];
  });
  PackedBatch batch;
  const std::size_t count =
      std::min<std::size_t>(std::max(max_shards, 1), order.size());
  batch.shards.resize(count);
  // Back and forth: always in the same order, the first shard would get the
  // longest of each handful and have the most to do.
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::size_t turn = i % count;
    const bool back = i / count % 2 != 0;
    batch.shards[back ? count - 1 - turn : turn].rows.push_back(order[i]);
  }
  for (PackedShard& shard : batch.shards) {
    FillSteps(lengths, batch.positions, shard);
  }
  return batch;
}

std::vector<std::int64_t> PaddedIndex(const PackedBatch& batch,
                                      std::span<const std::int64_t> lengths,
                                      std::int64_t time, bool backwards) {
  std::vector<std::int64_t> index(batch.positions);
  ForEachPosition(batch, [&](std::int64_t position, std::int64_t row,
                             std::int64_t step) {
    index[position] = row * time + (backwards ? lengths[row] - 1 - step : step);
  });
  return index;
}

std::vector<std::int64_t> LastPositions(const PackedBatch& batch,
                                        std::span<const std::int64_t> lengths) {
  std::vector<std::int64_t> last(lengths.size());
  ForEachPosition(
      batch, [&](std::int64_t position, std::int64_t row, std::int64_t step) {
        if (step == lengths[row] - 1) last[row] = position;
      });
  return last;
}

}  // namespace carousel
