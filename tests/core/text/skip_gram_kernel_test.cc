#include "core/text/skip_gram_kernel.h"

#include <cmath>
#include <string>
#include <vector>

#include "core/base/split_mix64.h"
#include "core/text/row_matrix.h"
#include "gtest/gtest.h"

namespace carousel {
namespace {

double Dot(const RowMatrix& a, std::size_t row_a, const RowMatrix& b,
           std::size_t row_b) {
  double sum = 0;
  for (std::size_t d = 0; d < a.columns(); ++d) {
    sum += double{a.Row(row_a)[d]} * b.Row(row_b)[d];
  }
  return sum;
}

// Rows of an input word (the first matrix), and of a word and its negatives.
struct Rows {
  Rows(std::size_t dimension, int count, float scale = 1)
      : input(1, dimension), outputs(count, dimension) {
    SplitMix64 random(7);
    for (RowMatrix* matrix : {&input, &outputs}) {
      for (std::size_t row = 0; row < matrix->rows(); ++row) {
        for (std::size_t d = 0; d < dimension; ++d) {
          matrix->Row(row)[d] = scale * (random.Uniform() - 0.5F);
        }
      }
    }
  }

  // The loss as the header has it.
  double Loss() const {
    double loss = std::log1p(std::exp(-Dot(input, 0, outputs, 0)));
    for (std::size_t j = 1; j < outputs.rows(); ++j) {
      loss += std::log1p(std::exp(Dot(input, 0, outputs, j)));
    }
    return loss;
  }

  double Step(SkipGramKernel kernel, float learning_rate) {
    std::vector<float*> pointers;
    for (std::size_t j = 0; j < outputs.rows(); ++j) {
      pointers.push_back(outputs.Row(j));
    }
    return kernel({.input = input.Row(0),
                   .outputs = pointers.data(),
                   .count = static_cast<int>(pointers.size()),
                   .stride = static_cast<int>(input.stride()),
                   .learning_rate = learning_rate});
  }

  RowMatrix input, outputs;
};

class SkipGramKernelTest
    : public ::testing::TestWithParam<NamedSkipGramKernel> {};

INSTANTIATE_TEST_SUITE_P(All, SkipGramKernelTest,
                         ::testing::ValuesIn(SkipGramKernels()),
                         [](const auto& test) {
                           return std::string(test.param.name);
                         });

// The derivative of the loss by one number, as a difference of losses.
double Slope(Rows& rows, float& number) {
  constexpr float kStep = 1e-2F;
  const float before = number;
  number = before + kStep;
  const double above = rows.Loss();
  number = before - kStep;
  const double below = rows.Loss();
  number = before;
  return (above - below) / (2 * kStep);
}

TEST_P(SkipGramKernelTest, DescendsTheGradientOfEveryNumber) {
  constexpr std::size_t kDimension = 19;  // some padding, more than a register
  constexpr float kRate = 0.125F;
  for (const int count : {1, 2, 6, 9, kMaxSkipGramOutputs}) {
    Rows rows(kDimension, count);
    Rows moved(kDimension, count);
    moved.Step(GetParam().run, kRate);
    for (std::size_t d = 0; d < kDimension; ++d) {
      EXPECT_NEAR(moved.input.Row(0)[d] - rows.input.Row(0)[d],
                  -kRate * Slope(rows, rows.input.Row(0)[d]), 2e-5);
      for (int j = 0; j < count; ++j) {
        EXPECT_NEAR(moved.outputs.Row(j)[d] - rows.outputs.Row(j)[d],
                    -kRate * Slope(rows, rows.outputs.Row(j)[d]), 2e-5);
      }
    }
  }
}

TEST_P(SkipGramKernelTest, LeavesThePaddingZero) {
  Rows rows(19, 3);
  rows.Step(GetParam().run, 0.5F);
  for (std::size_t d = 19; d < rows.input.stride(); ++d) {
    EXPECT_EQ(rows.input.Row(0)[d], 0);
    EXPECT_EQ(rows.outputs.Row(2)[d], 0);
  }
}

TEST_P(SkipGramKernelTest, ReturnsTheLikelihoodBeforeTheStep) {
  for (const float scale : {0.1F, 1.0F, 2.0F}) {
    Rows rows(100, 6, scale);
    const double loss = rows.Loss();
    EXPECT_NEAR(-std::log(rows.Step(GetParam().run, 0.1F)), loss,
                1e-4 * (1 + loss));
  }
}

TEST_P(SkipGramKernelTest, BoundsWhatAWildScoreMoves) {
  Rows rows(1, 2);
  rows.input.Row(0)[0] = 100;
  rows.outputs.Row(0)[0] = 100;   // as certain as can be
  rows.outputs.Row(1)[0] = -100;  // of this one too
  const double likelihood = rows.Step(GetParam().run, 1.0F);
  EXPECT_GT(likelihood, 0.999);
  EXPECT_LE(likelihood, 1);
  EXPECT_NEAR(rows.outputs.Row(0)[0], 100, 0.1);

  rows.input.Row(0)[0] = -100;
  const double wrong = rows.Step(GetParam().run, 0.0F);
  EXPECT_NEAR(-std::log(wrong), 2 * kMaxSkipGramScore, 0.01);
}

}  // namespace
}  // namespace carousel
