// LibTorch's threads for the loops of the engine.
#ifndef CAROUSEL_CORE_ENGINE_TORCH_THREADS_H_
#define CAROUSEL_CORE_ENGINE_TORCH_THREADS_H_

#include <functional>

namespace carousel {

// A ParallelFor on the threads that LibTorch uses inside one operation
// (SetTorchThreads); one after the other inside such an operation.
void OnTorchThreads(int count, const std::function<void(int)>& body);

}  // namespace carousel

#endif  // CAROUSEL_CORE_ENGINE_TORCH_THREADS_H_
