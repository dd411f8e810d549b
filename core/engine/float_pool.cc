#include "core/engine/float_pool.h"

#include <algorithm>
#include <bit>

#include "core/engine/aligned_floats.h"

namespace carousel {
namespace {

// Whole cache lines; of what is large, whole huge pages and one of four sizes
// from each power of two to the next, so that an array of one batch fits the
// next one, too. Pages that nobody touches cost nothing.
std::int64_t RoundUp(std::int64_t bytes) {
  const std::int64_t lines = std::max(kCacheLine, RoundUpTo(kCacheLine, bytes));
  if (lines < kWorthHugePages) return lines;
  const auto power = static_cast<std::int64_t>(
      std::bit_floor(static_cast<std::uint64_t>(lines)));
  return RoundUpTo(std::max(kHugePage, power / 4), lines);
}

}  // namespace

FloatPool::~FloatPool() {
  for (const Block& block : waiting_) FreeAligned()(block.array);
}

FloatPool& FloatPool::OfProcess() {
  static auto* const pool = new FloatPool;
  return *pool;
}

float* FloatPool::Take(std::int64_t count) {
  const std::int64_t bytes =
      RoundUp(count * static_cast<std::int64_t>(sizeof(float)));
  MutexLock lock(mutex_);
  Block block = TakeWaiting(bytes);
  if (block.array == nullptr) {
    // What waits and does not fit makes room first.
    while (!waiting_.empty() && taken_bytes_ + waiting_bytes_ + bytes >
                                    most_taken_bytes_ + most_taken_bytes_ / 4) {
      FreeLongest();
    }
    block = {.array = AllocateLastingFloats(
                          bytes / static_cast<std::int64_t>(sizeof(float)))
                          .release(),
             .bytes = bytes};
  }
  taken_.emplace(block.array, block.bytes);
  taken_bytes_ += block.bytes;
  most_taken_bytes_ = std::max(most_taken_bytes_, taken_bytes_);
  return block.array;
}

FloatPool::Block FloatPool::TakeWaiting(std::int64_t bytes) {
  auto best = waiting_.end();
  for (auto it = waiting_.begin(); it != waiting_.end(); ++it) {
    if (it->bytes < bytes || it->bytes > 2 * bytes) continue;
    if (best == waiting_.end() || it->bytes < best->bytes) best = it;
  }
  if (best == waiting_.end()) return {};
  const Block block = *best;
  waiting_.erase(best);
  waiting_bytes_ -= block.bytes;
  return block;
}

void FloatPool::GiveBack(float* array) {
  MutexLock lock(mutex_);
  const auto taken = taken_.find(array);
  const Block block{.array = array, .bytes = taken->second};
  taken_.erase(taken);
  taken_bytes_ -= block.bytes;
  waiting_.push_back(block);
  waiting_bytes_ += block.bytes;
}

void FloatPool::FreeLongest() {
  const Block block = waiting_.front();
  waiting_.erase(waiting_.begin());
  waiting_bytes_ -= block.bytes;
  FreeAligned()(block.array);
}

std::int64_t FloatPool::waiting_bytes() const {
  MutexLock lock(mutex_);
  return waiting_bytes_;
}

}  // namespace carousel
