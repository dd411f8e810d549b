#include "core/engine/torch_threads.h"

#include <ATen/Parallel.h>

#include <cstdint>

namespace carousel {

void OnTorchThreads(int count, const std::function<void(int)>& body) {
  at::parallel_for(0, count, 1, [&](std::int64_t begin, std::int64_t end) {
    for (std::int64_t i = begin; i < end; ++i) body(static_cast<int>(i));
  });
}

}  // namespace carousel
