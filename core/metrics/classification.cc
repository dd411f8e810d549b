#include "core/metrics/classification.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>

namespace carousel {
namespace {

std::optional<double> Ratio(std::int64_t numerator, std::int64_t denominator) {
  if (denominator == 0) return std::nullopt;
  return static_cast<double>(numerator) / static_cast<double>(denominator);
}

// Clamped before the conversion, which is undefined for what no int can hold.
int BinOf(double probability, int bins) {
  const double bin = probability * bins;
  if (bin >= bins) return bins - 1;
  return bin > 0 ? static_cast<int>(bin) : 0;  // 0 for NaN
}

}  // namespace

void ConfusionMatrix::Add(bool predicted_positive, bool is_positive) {
  if (is_positive) {
    ++(predicted_positive ? true_positives : false_negatives);
  } else {
    ++(predicted_positive ? false_positives : true_negatives);
  }
}

std::int64_t ConfusionMatrix::count() const {
  return true_negatives + false_positives + false_negatives + true_positives;
}

std::optional<double> ConfusionMatrix::Accuracy() const {
  return Ratio(true_negatives + true_positives, count());
}

std::optional<double> ConfusionMatrix::Precision() const {
  return Ratio(true_positives, true_positives + false_positives);
}

std::optional<double> ConfusionMatrix::Recall() const {
  return Ratio(true_positives, true_positives + false_negatives);
}

std::optional<double> ConfusionMatrix::F1() const {
  return Ratio(2 * true_positives,
               2 * true_positives + false_positives + false_negatives);
}

std::optional<double> RocAuc(std::span<const double> probabilities,
                             std::span<const int> labels) {
  // NaN breaks the order that sorting relies on.
  if (std::ranges::any_of(probabilities,
                          [](double value) { return std::isnan(value); })) {
    return std::nullopt;
  }
  std::vector<std::size_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return probabilities[a] < probabilities[b];
  });
  double positives = 0;
  double rank_sum = 0;  // of the positives
  for (std::size_t begin = 0, end = 0; begin < order.size(); begin = end) {
    std::size_t tied_positives = 0;
    do {  // at least once, so that the outer loop always moves on
      if (labels[order[end]] == 1) ++tied_positives;
      ++end;
    } while (end < order.size() &&
             probabilities[order[end]] == probabilities[order[begin]]);
    // Equal probabilities share the mean of the ranks begin + 1 to end.
    const double rank = static_cast<double>(begin + 1 + end) / 2;
    rank_sum += rank * static_cast<double>(tied_positives);
    positives += static_cast<double>(tied_positives);
  }
  const double negatives = static_cast<double>(order.size()) - positives;
  if (positives == 0 || negatives == 0) return std::nullopt;
  return (rank_sum - positives * (positives + 1) / 2) / (positives * negatives);
}

std::optional<double> LogLoss(std::span<const double> probabilities,
                              std::span<const int> labels) {
  constexpr double kMargin = 1e-12;
  if (probabilities.empty()) return std::nullopt;
  double sum = 0;
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    const double p = std::clamp(probabilities[i], kMargin, 1 - kMargin);
    sum -= labels[i] == 1 ? std::log(p) : std::log1p(-p);
  }
  return sum / static_cast<double>(probabilities.size());
}

Calibration Calibrate(std::span<const double> probabilities,
                      std::span<const int> labels, int bins) {
  Calibration calibration;
  calibration.bins.resize(bins);
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    CalibrationBin& entry = calibration.bins[BinOf(probabilities[i], bins)];
    ++entry.count;
    entry.mean_probability += probabilities[i];
    entry.positive_share += labels[i];
  }
  if (probabilities.empty()) return calibration;
  double error = 0;
  for (CalibrationBin& entry : calibration.bins) {
    if (entry.count == 0) continue;
    // Until here both were sums.
    error += std::abs(entry.mean_probability - entry.positive_share);
    entry.mean_probability /= static_cast<double>(entry.count);
    entry.positive_share /= static_cast<double>(entry.count);
  }
  calibration.expected_error =
      error / static_cast<double>(probabilities.size());
  return calibration;
}

ClassificationReport Classify(std::span<const double> probabilities,
                              std::span<const int> labels) {
  ClassificationReport report;
  for (std::size_t i = 0; i < probabilities.size(); ++i) {
    report.confusion.Add(probabilities[i] >= kDecisionThreshold,
                         labels[i] == 1);
  }
  report.accuracy = report.confusion.Accuracy();
  report.precision = report.confusion.Precision();
  report.recall = report.confusion.Recall();
  report.f1 = report.confusion.F1();
  report.roc_auc = RocAuc(probabilities, labels);
  report.loss = LogLoss(probabilities, labels);
  report.calibration = Calibrate(probabilities, labels);
  return report;
}

}  // namespace carousel
