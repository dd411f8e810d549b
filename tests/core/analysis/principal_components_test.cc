#include "core/analysis/principal_components.h"

#include <cmath>
#include <limits>
#include <numeric>
#include <random>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::DoubleNear;
using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::Pointwise;

constexpr double kTolerance = 1e-9;

std::vector<float> RandomValues(std::size_t count) {
  std::mt19937_64 random(3);
  std::vector<float> values;
  for (std::size_t i = 0; i < count; ++i) {
    // In [-1, 1], away from the origin so that centring matters.
    values.push_back(5 + static_cast<float>(random() % 2001) / 1000 - 1);
  }
  return values;
}

// By hand: four points around (10, 20), two at distance 5 along (0.6, 0.8) and
// two at distance 1 along (-0.8, 0.6). Variances 50 and 2, shares 25/26, 1/26.
TEST(PrincipalComponentsTest, AgreesWithAHandMadeExample) {
  const std::vector<float> values = {10 + 3, 20 + 4,    10 - 3, 20 - 4,
                                     9.2f,   20 + 0.6f, 10.8f,  20 - 0.6f};
  ASSERT_OK_AND_ASSIGN(const PrincipalComponents pca,
                       ComputePrincipalComponents(values, 4, 2, 2));
  // Single precision of the input.
  const double near = 1e-5;
  EXPECT_THAT(pca.explained_variance,
              Pointwise(DoubleNear(near), {25.0 / 26, 1.0 / 26}));
  // The largest loading is positive: 0.8 of (0.6, 0.8), and of (0.8, -0.6).
  EXPECT_THAT(pca.components,
              Pointwise(DoubleNear(near), {0.6, 0.8, 0.8, -0.6}));
  EXPECT_THAT(pca.mean, Pointwise(DoubleNear(near), {10., 20.}));
  EXPECT_THAT(pca.positions,
              Pointwise(DoubleNear(near), {5., 0., -5., 0., 0., -1., 0., 1.}));
}

TEST(PrincipalComponentsTest, AllDimensionsRebuildTheCentredData) {
  const std::size_t rows = 12;
  const std::size_t columns = 5;
  const std::vector<float> values = RandomValues(rows * columns);
  ASSERT_OK_AND_ASSIGN(
      const PrincipalComponents pca,
      ComputePrincipalComponents(values, rows, columns, columns));
  for (std::size_t column = 0; column < columns; ++column) {
    double mean = 0;
    for (std::size_t row = 0; row < rows; ++row) {
      mean += values[row * columns + column];
    }
    mean /= static_cast<double>(rows);
    for (std::size_t row = 0; row < rows; ++row) {
      double rebuilt = mean;
      for (std::size_t d = 0; d < columns; ++d) {
        rebuilt += pca.positions[row * columns + d] *
                   pca.components[d * columns + column];
      }
      EXPECT_NEAR(rebuilt, values[row * columns + column], kTolerance);
    }
  }
  EXPECT_NEAR(std::accumulate(pca.explained_variance.begin(),
                              pca.explained_variance.end(), 0.0),
              1, kTolerance);
}

TEST(PrincipalComponentsTest, DimensionsAreCentredUncorrelatedAndInOrder) {
  const std::size_t rows = 40;
  ASSERT_OK_AND_ASSIGN(
      const PrincipalComponents pca,
      ComputePrincipalComponents(RandomValues(rows * 6), rows, 6, 3));
  const auto moment = [&](std::size_t a, std::size_t b) {
    double sum = 0;
    for (std::size_t row = 0; row < rows; ++row) {
      sum += pca.positions[row * 3 + a] * pca.positions[row * 3 + b];
    }
    return sum;
  };
  for (std::size_t a = 0; a < 3; ++a) {
    double sum = 0;
    for (std::size_t row = 0; row < rows; ++row) {
      sum += pca.positions[row * 3 + a];
    }
    EXPECT_NEAR(sum, 0, kTolerance);
    for (std::size_t b = 0; b < a; ++b) {
      EXPECT_NEAR(moment(a, b), 0, kTolerance);
      EXPECT_GE(pca.explained_variance[b], pca.explained_variance[a]);
      EXPECT_NEAR(pca.explained_variance[b] / pca.explained_variance[a],
                  moment(b, b) / moment(a, a), kTolerance);
    }
  }
}

TEST(PrincipalComponentsTest, LargestLoadingIsPositive) {
  const std::size_t columns = 7;
  ASSERT_OK_AND_ASSIGN(
      const PrincipalComponents pca,
      ComputePrincipalComponents(RandomValues(20 * columns), 20, columns, 5));
  for (std::size_t d = 0; d < 5; ++d) {
    double largest = 0;
    for (std::size_t column = 0; column < columns; ++column) {
      const double loading = pca.components[d * columns + column];
      if (std::abs(loading) > std::abs(largest)) largest = loading;
    }
    EXPECT_GT(largest, 0) << "component " << d;
  }
}

TEST(PrincipalComponentsTest, EqualPointsExplainNothing) {
  const std::vector<float> values = {1, 2, 1, 2, 1, 2};
  ASSERT_OK_AND_ASSIGN(const PrincipalComponents pca,
                       ComputePrincipalComponents(values, 3, 2, 2));
  EXPECT_THAT(pca.explained_variance, Each(0.0));
  EXPECT_THAT(pca.positions, Each(0.0));
}

TEST(PrincipalComponentsTest, RefusesWhatHasNoAnswer) {
  const float nan = std::numeric_limits<float>::quiet_NaN();
  const struct {
    std::vector<float> values;
    std::size_t rows, columns, dimensions;
    const char* message;
  } cases[] = {
      {{1, 2}, 1, 2, 1, "1 points"},
      {{1, 2, 3}, 2, 2, 1, "3 values"},
      {{1, 2, 3, 4}, 2, 2, 2, "dimensions is 2; it must be in [1, 1]"},
      {{1, 2, 3, 4, 5, 6}, 6, 1, 2, "dimensions is 2; it must be in [1, 1]"},
      {{1, 2, 3, 4}, 2, 2, 0, "dimensions is 0"},
      {{1, 2, 3, nan}, 2, 2, 1, "point 1"},
  };
  for (const auto& c : cases) {
    EXPECT_THAT(
        ComputePrincipalComponents(c.values, c.rows, c.columns, c.dimensions),
        StatusIs(absl::StatusCode::kInvalidArgument, HasSubstr(c.message)));
  }
}

}  // namespace
}  // namespace carousel
