// What the parity tests of all kernels do not hold: words, bfloat16, and that
// nothing is read back.
#include "core/engine/device_kernel.h"

#include <ATen/ATen.h>

#include <vector>

#include "core/nn/sentiment_lstm.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/host_reads.h"

namespace carousel {
namespace {

using ::testing::IsEmpty;

constexpr std::int64_t kInput = 6;

LayerGates MakeGates() {
  at::manual_seed(4);
  return LstmLayer(kInput, 5, /*bidirectional=*/true, /*forget_bias=*/1)
      .Gates();
}

// Three texts of different lengths, not in their order.
EmbeddedTokens MakeWords() {
  at::manual_seed(5);
  return {.embedding = at::randn({9, kInput}).requires_grad_(),
          .tokens = at::tensor({3, 4, 0, 0,  //
                                5, 3, 8, 2,  //
                                7, 0, 0, 0},
                               at::kLong)
                        .view({3, 4}),
          .mask = at::rand({3, kInput}).gt(0.4).to(at::kFloat)};
}

const at::Tensor& Lengths() {
  static const at::Tensor lengths = at::tensor({2, 4, 1}, at::kLong);
  return lengths;
}

// The pooled texts, and the gradient that they give to the words.
std::vector<at::Tensor> Compute(const LstmKernel& kernel, bool with_mask) {
  EmbeddedTokens words = MakeWords();
  if (!with_mask) words.mask = at::Tensor();
  const at::Tensor pooled =
      kernel.RunPooled(MakeGates(), words, Lengths(), Pooling::kConcat);
  pooled.pow(2).sum().backward();
  return {pooled.detach(), words.embedding.grad()};
}

TEST(DeviceKernelTest, ReadsWordsAsTheReferenceDoes) {
  for (const bool with_mask : {false, true}) {
    const auto expected = Compute(ReferenceKernel(), with_mask);
    const auto results = Compute(DeviceKernel(), with_mask);
    EXPECT_LE(ParityError(results[0], expected[0]), kParityTolerance);
    EXPECT_LE(ParityError(results[1], expected[1]), kParityTolerance);
  }
}

TEST(DeviceKernelTest, Bfloat16IsNearAndGivesFloats) {
  const auto expected = Compute(ReferenceKernel(), /*with_mask=*/true);
  const auto results =
      Compute(DeviceKernel(Precision::kBf16), /*with_mask=*/true);
  for (std::size_t i = 0; i < results.size(); ++i) {
    EXPECT_EQ(results[i].scalar_type(), at::kFloat);
    const double error = ParityError(results[i], expected[i]);
    EXPECT_LE(error, 3e-2);
    EXPECT_GT(error, 1e-4) << "as near as that, it was no bfloat16";
  }
}

TEST(DeviceKernelTest, ReadsNothingBack) {
  const HostReads reads;
  for (const Precision precision : {Precision::kF32, Precision::kBf16}) {
    Compute(DeviceKernel(precision), /*with_mask=*/true);
  }
  EXPECT_THAT(reads.found(), IsEmpty());
}

}  // namespace
}  // namespace carousel
