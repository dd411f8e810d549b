// The most multiply-adds that a core does: nothing but those, in registers, as
// wide as gate_kernels.h works on this processor.
#ifndef CAROUSEL_TESTS_BENCH_PEAK_KERNELS_H_
#define CAROUSEL_TESTS_BENCH_PEAK_KERNELS_H_

#include <cstdint>

namespace carousel {

// So many rounds of independent multiply-adds; returns the operations, two for
// each number of a vector.
double MultiplyAdd(std::int64_t rounds);

}  // namespace carousel

#endif  // CAROUSEL_TESTS_BENCH_PEAK_KERNELS_H_
