// Large arrays that come and go with every step of training. A page that is new
// to a process costs a fault and its clearing, and a step needs tens of MiB:
// asking for them anew took as long as a product over them. So they are kept
// and handed out again, in huge pages where the kernel has them.
#ifndef CAROUSEL_CORE_ENGINE_FLOAT_POOL_H_
#define CAROUSEL_CORE_ENGINE_FLOAT_POOL_H_

#include <cstdint>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "core/base/mutex.h"

namespace carousel {

// Thread-safe. What is out and what waits to be taken again is never more than
// the most that was out at one time and a quarter, since sizes never fit quite.
class FloatPool {
 public:
  FloatPool() = default;
  // All arrays must have been given back.
  ~FloatPool();
  FloatPool(const FloatPool&) = delete;
  FloatPool& operator=(const FloatPool&) = delete;

  // The one of the process, which is never destroyed.
  static FloatPool& OfProcess();

  // At least `count` numbers, which mean nothing, from a cache line on.
  float* Take(std::int64_t count) EXCLUDES(mutex_);
  void GiveBack(float* array) EXCLUDES(mutex_);

  // Bytes of the arrays that wait.
  std::int64_t waiting_bytes() const EXCLUDES(mutex_);

 private:
  struct Block {
    float* array = nullptr;
    std::int64_t bytes = 0;
  };

  // The smallest waiting block of at least `bytes`, but not so large that it
  // would be wasted; null array when there is none.
  Block TakeWaiting(std::int64_t bytes) REQUIRES(mutex_);

  // The one that waits the longest.
  void FreeLongest() REQUIRES(mutex_);

  mutable Mutex mutex_;
  std::vector<Block> waiting_ GUARDED_BY(mutex_);  // the longest first
  absl::flat_hash_map<float*, std::int64_t> taken_ GUARDED_BY(mutex_);
  std::int64_t waiting_bytes_ GUARDED_BY(mutex_) = 0;
  std::int64_t taken_bytes_ GUARDED_BY(mutex_) = 0;
  std::int64_t most_taken_bytes_ GUARDED_BY(mutex_) = 0;
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_FLOAT_POOL_H_
