#include "tests/bench/engine_answers.h"

namespace carousel {

void OnOmpThreads(int count, const std::function<void(int)>& body) {
#pragma omp parallel for schedule(static, 1)
  for (int i = 0; i < count; ++i) body(i);
}

}  // namespace carousel
