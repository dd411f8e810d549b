// What decides which epoch of a training run is the best: for the trainer, who
// keeps its weights, and for the store, who tells it while the job runs.
#ifndef CAROUSEL_CORE_BASE_VALIDATION_SCORE_H_
#define CAROUSEL_CORE_BASE_VALIDATION_SCORE_H_

namespace carousel {

struct ValidationScore {
  double accuracy = 0;
  double loss = 0;
};

// Higher accuracy, at a tie the lower loss. At a tie of both, neither is
// better, so the earlier epoch stays the best. False for NaN: an epoch that
// diverged is never better.
inline bool IsBetter(const ValidationScore& a, const ValidationScore& b) {
  if (a.accuracy != b.accuracy) return a.accuracy > b.accuracy;
  return a.loss < b.loss;
}

}  // namespace carousel

#endif  // CAROUSEL_CORE_BASE_VALIDATION_SCORE_H_
