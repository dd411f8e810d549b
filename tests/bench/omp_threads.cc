#include "tests/bench/engine_answers.h"

namespace carousel {

void OnOmpThreads(int count, const std::function<void(int)>& body) {
  // A region of one would keep the others spinning at its end.
#pragma omp parallel for schedule(static, 1) if (count > 1)
  for (int i = 0; i < count; ++i) body(i);
}

}  // namespace carousel
