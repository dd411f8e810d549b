// How the engine gets its threads: whoever calls it has them.
#ifndef CAROUSEL_CORE_ENGINE_PARALLEL_FOR_H_
#define CAROUSEL_CORE_ENGINE_PARALLEL_FOR_H_

#include <functional>

namespace carousel {

// Runs body(0), ..., body(count - 1), on as many threads as it likes.
using ParallelFor =
    std::function<void(int count, const std::function<void(int)>& body)>;

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_PARALLEL_FOR_H_
