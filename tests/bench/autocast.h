// LibTorch's mixed precision on a CPU, as its users ask for it: the peer of the
// engine's bf16.
#ifndef CAROUSEL_TESTS_BENCH_AUTOCAST_H_
#define CAROUSEL_TESTS_BENCH_AUTOCAST_H_

#include <functional>

namespace carousel {

// While it is there, operations of this thread that can be are in bfloat16.
class Autocast {
 public:
  Autocast();
  // The weights' copies stay, to the library's advantage.
  ~Autocast();
  Autocast(const Autocast&) = delete;
  Autocast& operator=(const Autocast&) = delete;
};

// Whether the library's LSTM runs under Autocast here, as `bf16` has it do, and
// is fast enough beside `f32` for the rounds: without instructions for bfloat16
// it may be neither. Prints what is the matter.
bool CanAutocast(const std::function<void()>& bf16,
                 const std::function<void()>& f32);

}  // namespace carousel

#endif  // CAROUSEL_TESTS_BENCH_AUTOCAST_H_
