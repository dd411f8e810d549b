#include "tests/bench/engine_answers.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>

#include "core/engine/reading_loop.h"
#include "core/engine/step_crew.h"

namespace carousel {

double ProbabilityOf(double logit) { return 1 / (1 + std::exp(-logit)); }

std::vector<double> Answers(const PackedNetwork& network,
                            const Case& bench_case, int threads,
                            const ParallelFor& parallel) {
  StepCrew crew(threads);
  std::vector<double> all;
  const std::span texts(bench_case.texts);
  for (std::size_t i = 0; i < texts.size(); i += bench_case.batch) {
    const std::size_t count = std::min(bench_case.batch, texts.size() - i);
    for (const double logit : ReadTexts(network, texts.subspan(i, count),
                                        threads, parallel, &crew)) {
      all.push_back(ProbabilityOf(logit));
    }
  }
  return all;
}

}  // namespace carousel
