// The engine's side of a race. Free of torch.
#ifndef CAROUSEL_TESTS_BENCH_ENGINE_ANSWERS_H_
#define CAROUSEL_TESTS_BENCH_ENGINE_ANSWERS_H_

#include <cstdint>
#include <functional>
#include <vector>

#include "core/engine/packed_network.h"
#include "core/engine/parallel_for.h"
#include "tests/bench/cases.h"

namespace carousel {

inline constexpr std::int64_t kFoldedBytes = std::int64_t{64}
                                             << 20;  // carouseld's default

double ProbabilityOf(double logit);

// Reads the texts batch by batch; of positive, of each text.
std::vector<double> Answers(const PackedNetwork& network,
                            const Case& bench_case, int threads,
                            const ParallelFor& parallel);

// A ParallelFor on OpenMP's threads, of this process's own OpenMP; LibTorch has
// another (core/engine/torch_threads.h).
void OnOmpThreads(int count, const std::function<void(int)>& body);

}  // namespace carousel

#endif  // CAROUSEL_TESTS_BENCH_ENGINE_ANSWERS_H_
