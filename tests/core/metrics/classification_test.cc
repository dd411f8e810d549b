#include "core/metrics/classification.h"

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <random>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carousel {
namespace {

using ::testing::DoubleEq;
using ::testing::DoubleNear;
using ::testing::Eq;
using ::testing::Optional;

TEST(ConfusionMatrixTest, CountsEachOutcomeInItsCell) {
  ConfusionMatrix matrix;
  matrix.Add(false, false);
  for (int i = 0; i < 2; ++i) matrix.Add(true, false);
  for (int i = 0; i < 3; ++i) matrix.Add(false, true);
  for (int i = 0; i < 4; ++i) matrix.Add(true, true);
  EXPECT_EQ(matrix.true_negatives, 1);
  EXPECT_EQ(matrix.false_positives, 2);
  EXPECT_EQ(matrix.false_negatives, 3);
  EXPECT_EQ(matrix.true_positives, 4);
  EXPECT_EQ(matrix.count(), 10);
  EXPECT_THAT(matrix.Accuracy(), Optional(DoubleEq(5.0 / 10)));
  EXPECT_THAT(matrix.Precision(), Optional(DoubleEq(4.0 / 6)));
  EXPECT_THAT(matrix.Recall(), Optional(DoubleEq(4.0 / 7)));
  EXPECT_THAT(matrix.F1(), Optional(DoubleEq(8.0 / 13)));
}

TEST(ConfusionMatrixTest, AMeasureWithoutItsCasesIsAbsent) {
  const ConfusionMatrix nothing;
  EXPECT_THAT(nothing.Accuracy(), Eq(std::nullopt));
  EXPECT_THAT(nothing.F1(), Eq(std::nullopt));
  // Positives exist and none is found: recall and F1 are 0, precision is not
  // defined.
  const ConfusionMatrix never_positive = {.true_negatives = 3,
                                          .false_negatives = 2};
  EXPECT_THAT(never_positive.Precision(), Eq(std::nullopt));
  EXPECT_THAT(never_positive.Recall(), Optional(0.0));
  EXPECT_THAT(never_positive.F1(), Optional(0.0));
  const ConfusionMatrix no_positives = {.true_negatives = 3};
  EXPECT_THAT(no_positives.Recall(), Eq(std::nullopt));
  EXPECT_THAT(no_positives.F1(), Eq(std::nullopt));
}

// The definition: the chance that a positive is above a negative.
double AucByPairs(const std::vector<double>& probabilities,
                  const std::vector<int>& labels) {
  double wins = 0;
  double pairs = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    for (std::size_t j = 0; j < labels.size(); ++j) {
      if (labels[i] != 1 || labels[j] != 0) continue;
      ++pairs;
      if (probabilities[i] > probabilities[j]) wins += 1;
      if (probabilities[i] == probabilities[j]) wins += 0.5;
    }
  }
  return wins / pairs;
}

TEST(RocAucTest, EqualsTheShareOfPairsInOrder) {
  std::mt19937_64 generator(1);
  // Few distinct values make many ties, 1 makes all equal.
  for (const std::uint64_t values : {1, 2, 5, 1000000}) {
    std::vector<double> probabilities;
    std::vector<int> labels;
    for (int i = 0; i < 300; ++i) {
      const int label = static_cast<int>(generator() % 3 == 0);
      const double value = static_cast<double>(generator() % values) /
                           static_cast<double>(values);
      probabilities.push_back(0.7 * value + 0.2 * label * (values > 2));
      labels.push_back(label);
    }
    EXPECT_THAT(RocAuc(probabilities, labels),
                Optional(DoubleNear(AucByPairs(probabilities, labels), 1e-12)))
        << values << " values";
  }
}

TEST(RocAucTest, KnowsTheExtremes) {
  const std::vector<double> rising = {0.1, 0.4, 0.6, 0.9};
  EXPECT_THAT(RocAuc(rising, std::vector<int>{0, 0, 1, 1}), Optional(1.0));
  EXPECT_THAT(RocAuc(rising, std::vector<int>{1, 1, 0, 0}), Optional(0.0));
  EXPECT_THAT(RocAuc(rising, std::vector<int>{0, 1, 0, 1}), Optional(0.75));
  EXPECT_THAT(RocAuc(rising, std::vector<int>{1, 1, 1, 1}), Eq(std::nullopt));
  EXPECT_THAT(RocAuc(rising, std::vector<int>{0, 0, 0, 0}), Eq(std::nullopt));
  EXPECT_THAT(RocAuc({}, {}), Eq(std::nullopt));
}

TEST(RocAucTest, IsAbsentWhenAProbabilityIsNotANumber) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  // Many, so that sorting takes its long way.
  std::vector<double> probabilities(100, 0.5);
  std::vector<int> labels(100, 1);
  for (std::size_t i = 0; i < 100; i += 3) {
    probabilities[i] = nan;
    labels[i] = 0;
  }
  EXPECT_THAT(RocAuc(probabilities, labels), Eq(std::nullopt));
}

TEST(LogLossTest, IsTheMeanCrossEntropyInNats) {
  const std::vector<double> probabilities = {0.8, 0.4, 0.5};
  const std::vector<int> labels = {1, 0, 1};
  const double expected = -(std::log(0.8) + std::log(0.6) + std::log(0.5)) / 3;
  EXPECT_THAT(LogLoss(probabilities, labels),
              Optional(DoubleNear(expected, 1e-12)));
  EXPECT_THAT(LogLoss({}, {}), Eq(std::nullopt));
}

TEST(LogLossTest, StaysFiniteWhenCertainAndWrong) {
  const std::vector<double> probabilities = {0, 1};
  EXPECT_THAT(LogLoss(probabilities, std::vector<int>{1, 0}),
              Optional(DoubleNear(-std::log(1e-12), 1e-3)));
  EXPECT_THAT(LogLoss(probabilities, std::vector<int>{0, 1}),
              Optional(DoubleNear(0, 1e-11)));
}

TEST(CalibrateTest, ComparesProbabilityAndShareInEachBin) {
  // Two bins: [0, 0.5) holds 0.1 and 0.3, [0.5, 1] holds 0.5, 0.8 and 1.
  const Calibration calibration =
      Calibrate(std::vector<double>{0.1, 0.5, 0.3, 1, 0.8},
                std::vector<int>{0, 1, 1, 1, 0}, 2);
  ASSERT_EQ(calibration.bins.size(), 2);
  EXPECT_EQ(calibration.bins[0].count, 2);
  EXPECT_THAT(calibration.bins[0].mean_probability, DoubleNear(0.2, 1e-12));
  EXPECT_THAT(calibration.bins[0].positive_share, DoubleNear(0.5, 1e-12));
  EXPECT_EQ(calibration.bins[1].count, 3);
  EXPECT_THAT(calibration.bins[1].mean_probability, DoubleNear(2.3 / 3, 1e-12));
  EXPECT_THAT(calibration.bins[1].positive_share, DoubleNear(2.0 / 3, 1e-12));
  // 2/5 * |0.2 - 0.5| + 3/5 * |2.3/3 - 2/3|
  EXPECT_THAT(calibration.expected_error, Optional(DoubleNear(0.18, 1e-12)));
}

TEST(CalibrateTest, WhatIsNoProbabilityGoesToTheFirstOrTheLastBin) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Calibration calibration =
      Calibrate(std::vector<double>{-0.5, -1e300, nan, 0.3, 1.5, 1e300},
                std::vector<int>{0, 0, 0, 1, 1, 1}, 4);
  std::vector<std::int64_t> counts;
  for (const CalibrationBin& bin : calibration.bins) {
    counts.push_back(bin.count);
  }
  EXPECT_THAT(counts, ::testing::ElementsAre(3, 1, 0, 2));
}

TEST(CalibrateTest, OfNothingHasNoError) {
  const Calibration calibration = Calibrate({}, {});
  EXPECT_EQ(calibration.bins.size(), 10);
  EXPECT_THAT(calibration.expected_error, Eq(std::nullopt));
}

TEST(ClassifyTest, PutsAllMeasuresTogether) {
  // Exactly one half is positive.
  const ClassificationReport report = Classify(
      std::vector<double>{0.5, 0.49, 0.9, 0.6}, std::vector<int>{1, 1, 1, 0});
  EXPECT_EQ(report.confusion.true_positives, 2);
  EXPECT_EQ(report.confusion.false_negatives, 1);
  EXPECT_EQ(report.confusion.false_positives, 1);
  EXPECT_EQ(report.confusion.true_negatives, 0);
  EXPECT_THAT(report.accuracy, Optional(DoubleEq(0.5)));
  EXPECT_THAT(report.precision, Optional(DoubleEq(2.0 / 3)));
  EXPECT_THAT(report.recall, Optional(DoubleEq(2.0 / 3)));
  EXPECT_THAT(report.f1, Optional(DoubleEq(2.0 / 3)));
  EXPECT_THAT(report.roc_auc, Optional(DoubleEq(1.0 / 3)));
  EXPECT_THAT(
      report.loss,
      Optional(DoubleNear(
          -(std::log(0.5) + std::log(0.49) + std::log(0.9) + std::log(0.4)) / 4,
          1e-12)));
  EXPECT_THAT(report.calibration.expected_error, Optional(::testing::Gt(0)));
}

}  // namespace
}  // namespace carousel
