// From the model's logit to what it says.
#ifndef CAROUSEL_CORE_NN_PROBABILITY_H_
#define CAROUSEL_CORE_NN_PROBABILITY_H_

namespace carousel {

// The probability of positive. NaN for a logit that is not finite: weights are
// out of bounds then, and the 0 or 1 that a sigmoid makes of infinity would
// look like an answer.
double ToProbability(double logit);

}  // namespace carousel

#endif  // CAROUSEL_CORE_NN_PROBABILITY_H_
