// Measures of a binary classifier. Counts come first, everything else is
// derived from them; a measure whose denominator is 0 is absent, not 0.
// Probabilities are in [0, 1], which PredictProbabilities sees to; of others
// there is nothing to measure, but they do no harm.
#ifndef CAROUSEL_CORE_METRICS_CLASSIFICATION_H_
#define CAROUSEL_CORE_METRICS_CLASSIFICATION_H_

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace carousel {

// Positive means probability >= 0.5.
inline constexpr double kDecisionThreshold = 0.5;

struct ConfusionMatrix {
  std::int64_t true_negatives = 0;
  std::int64_t false_positives = 0;
  std::int64_t false_negatives = 0;
  std::int64_t true_positives = 0;

  void Add(bool predicted_positive, bool is_positive);
  std::int64_t count() const;
  std::optional<double> Accuracy() const;
  std::optional<double> Precision() const;
  std::optional<double> Recall() const;
  std::optional<double> F1() const;
};

// The area under the ROC curve by ranks (Mann-Whitney U), ties counted half.
// Absent when a class is missing, and when a probability is NaN, which has no
// rank.
std::optional<double> RocAuc(std::span<const double> probabilities,
                             std::span<const int> labels);

// The mean binary cross-entropy in nats; probabilities are kept 1e-12 away
// from 0 and 1. Absent when there is nothing.
std::optional<double> LogLoss(std::span<const double> probabilities,
                              std::span<const int> labels);

// One bin of a reliability diagram.
struct CalibrationBin {
  std::int64_t count = 0;
  double mean_probability = 0;
  double positive_share = 0;
};

// Bins of equal width over [0, 1] (what is above goes to the last, what is
// below, or NaN, to the first), and the expected calibration error (Guo et al.
// 2017): the mean of |mean_probability - positive_share| weighted by count.
struct Calibration {
  std::vector<CalibrationBin> bins;
  std::optional<double> expected_error;
};
Calibration Calibrate(std::span<const double> probabilities,
                      std::span<const int> labels, int bins = 10);

struct ClassificationReport {
  ConfusionMatrix confusion;
  std::optional<double> accuracy, precision, recall, f1, roc_auc, loss;
  Calibration calibration;
};

// `labels` are 0 or 1, as many as `probabilities`.
ClassificationReport Classify(std::span<const double> probabilities,
                              std::span<const int> labels);

}  // namespace carousel

#endif  // CAROUSEL_CORE_METRICS_CLASSIFICATION_H_
