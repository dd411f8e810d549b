// What holds for the fused engine alone; that it computes what the others do is
// in lstm_parity_test and gradient_test.
#include "core/engine/fused_kernel.h"

#include <ATen/ATen.h>
#include <c10/core/GradMode.h>

#include <limits>
#include <vector>

#include "core/engine/device_kernel.h"
#include "core/engine/engine.h"
#include "core/nn/lstm_layer.h"
#include "core/nn/sentiment_lstm.h"
#include "gtest/gtest.h"

namespace carousel {
namespace {

constexpr std::int64_t kInput = 10;

class FusedKernelTest : public testing::Test {
 protected:
  FusedKernelTest() { at::manual_seed(3); }
  ~FusedKernelTest() override { SetTorchThreads(1); }

  LayerOutput Run(const at::Tensor& inputs, const at::Tensor& lengths) const {
    return FusedKernel().Run(layer_.Gates(), inputs, lengths);
  }

  const LstmLayer layer_{kInput, /*hidden_size=*/40, /*bidirectional=*/true,
                         /*forget_bias=*/1};
};

TEST_F(FusedKernelTest, ATextIsTheSameToTheBitWhateverStandsBesideIt) {
  const c10::NoGradGuard no_gradients;
  const std::vector<std::int64_t> lengths = {17, 3, 29, 1, 8, 29, 11};
  const at::Tensor inputs = at::randn({7, 29, kInput});
  const LayerOutput together = Run(inputs, at::tensor(lengths));
  for (std::int64_t row = 0; row < 7; ++row) {
    const at::Tensor text = inputs.narrow(0, row, 1).narrow(1, 0, lengths[row]);
    const LayerOutput alone = Run(text, at::tensor({lengths[row]}));
    EXPECT_TRUE(at::equal(alone.last[0], together.last[row])) << row;
    EXPECT_TRUE(at::equal(alone.outputs[0],
                          together.outputs[row].narrow(0, 0, lengths[row])))
        << row;
  }
}

TEST_F(FusedKernelTest, ATextIsTheSameToTheBitOnAnyThreads) {
  const c10::NoGradGuard no_gradients;
  const at::Tensor inputs = at::randn({5, 23, kInput});
  const at::Tensor lengths = at::tensor({23, 9, 1, 14, 14}, at::kLong);
  SetTorchThreads(1);
  const LayerOutput one = Run(inputs, lengths);
  for (const int threads : {2, 3, 8}) {
    SetTorchThreads(threads);
    const LayerOutput more = Run(inputs, lengths);
    EXPECT_TRUE(at::equal(one.outputs, more.outputs)) << threads;
    EXPECT_TRUE(at::equal(one.last, more.last)) << threads;
  }
}

TEST_F(FusedKernelTest, GradientsAreTheSameOnTwoThreads) {
  const at::Tensor lengths = at::tensor({23, 9, 1, 14, 14}, at::kLong);
  const at::Tensor values = at::randn({5, 23, kInput});
  std::vector<at::Tensor> gradients;
  for (const int threads : {1, 2}) {
    SetTorchThreads(threads);
    const at::Tensor inputs = values.clone().requires_grad_();
    Run(inputs, lengths).outputs.square().sum().backward();
    gradients.push_back(inputs.grad());
  }
  EXPECT_LE(ParityError(gradients[1], gradients[0]), kParityTolerance);
}

// That each product is right to the bit is in gate_kernels_test.
TEST_F(FusedKernelTest, MixedBf16IsAsNearToF32AsItsMantissaIsLong) {
  const at::Tensor lengths = at::tensor({23, 9, 1, 14, 14}, at::kLong);
  const at::Tensor values = at::randn({5, 23, kInput});
  std::vector<at::Tensor> results[2];
  for (const Precision precision : {Precision::kF32, Precision::kBf16}) {
    const at::Tensor inputs = values.clone().requires_grad_();
    LayerGates gates = layer_.Gates();
    for (StackedGates* const stacked : {&gates.forward, &*gates.backward}) {
      stacked->weight = stacked->weight.detach().clone().requires_grad_();
    }
    const at::Tensor outputs =
        FusedKernel(precision).Run(gates, inputs, lengths).outputs;
    outputs.square().sum().backward();
    results[static_cast<int>(precision)] = {outputs, inputs.grad(),
                                            gates.forward.weight.grad(),
                                            gates.backward->weight.grad()};
  }
  for (std::size_t i = 0; i < results[0].size(); ++i) {
    const double error =
        ((results[1][i] - results[0][i]).norm() / results[0][i].norm())
            .item<double>();
    EXPECT_LT(error, 1.0 / 128) << i;
    EXPECT_GT(error, 1e-5) << i << ": nothing was rounded";
  }
}

TEST_F(FusedKernelTest, ThreadsMayChangeBeforeTheWayBack) {
  const at::Tensor lengths = at::tensor({23, 9, 1, 14, 14}, at::kLong);
  const at::Tensor values = at::randn({5, 23, kInput});
  std::vector<at::Tensor> gradients;
  for (const int later : {2, 1, 4}) {
    SetTorchThreads(2);
    const at::Tensor inputs = values.clone().requires_grad_();
    const at::Tensor loss = Run(inputs, lengths).outputs.square().sum();
    SetTorchThreads(later);
    loss.backward();
    gradients.push_back(inputs.grad());
  }
  EXPECT_LE(ParityError(gradients[1], gradients[0]), kParityTolerance);
  EXPECT_LE(ParityError(gradients[2], gradients[0]), kParityTolerance);
}

TEST_F(FusedKernelTest, PoolsAsTheOthersDoAndSoDoItsGradients) {
  const at::Tensor lengths = at::tensor({23, 9, 1, 14, 14}, at::kLong);
  const at::Tensor values = at::randn({5, 23, kInput});
  for (const Pooling pooling :
       {Pooling::kLast, Pooling::kMax, Pooling::kMean, Pooling::kConcat}) {
    SCOPED_TRACE(ToString(pooling));
    std::vector<at::Tensor> pooled;
    std::vector<at::Tensor> gradients;
    for (const Engine engine : {Engine::kReference, Engine::kFused}) {
      const at::Tensor inputs = values.clone().requires_grad_();
      pooled.push_back(GetKernel(engine).RunPooled(layer_.Gates(), inputs,
                                                   lengths, pooling));
      pooled.back().square().sum().backward();
      gradients.push_back(inputs.grad());
    }
    EXPECT_LE(ParityError(pooled[1], pooled[0]), kParityTolerance);
    EXPECT_LE(ParityError(gradients[1], gradients[0]), kParityTolerance);
    const c10::NoGradGuard no_gradients;
    EXPECT_LE(ParityError(FusedKernel().RunPooled(layer_.Gates(), values,
                                                  lengths, pooling),
                          pooled[0]),
              kParityTolerance);
  }
}

TEST_F(FusedKernelTest, AMaximumThatIsNoNumberShows) {
  at::Tensor inputs = at::randn({2, 6, kInput});
  inputs[1][3].fill_(std::numeric_limits<float>::quiet_NaN());
  const at::Tensor pooled = FusedKernel().RunPooled(
      layer_.Gates(), inputs, at::tensor({6, 5}, at::kLong), Pooling::kMax);
  EXPECT_FALSE(pooled[0].isnan().any().item<bool>());
  EXPECT_TRUE(pooled[1].isnan().all().item<bool>());
}

TEST_F(FusedKernelTest, WhatStandsInThePaddingIsNotRead) {
  const at::Tensor lengths = at::tensor({2, 5}, at::kLong);
  at::Tensor inputs = at::randn({2, 5, kInput});
  const LayerOutput before = Run(inputs, lengths);
  inputs[0].narrow(0, 2, 3).fill_(std::numeric_limits<float>::quiet_NaN());
  const LayerOutput after = Run(inputs, lengths);
  EXPECT_TRUE(at::equal(before.last, after.last));
  EXPECT_FALSE(after.outputs.isnan().any().item<bool>());
}

// Words with vectors to look up, and what the reference makes of them.
TEST_F(FusedKernelTest, WordsAreReadAsTheirVectorsAre) {
  const at::Tensor lengths = at::tensor({7, 3, 7, 1}, at::kLong);
  // Few words, so that they come again in a text and in others.
  const at::Tensor tokens = at::randint(1, 6, {4, 7}, at::kLong);
  const at::Tensor table = at::randn({6, kInput});
  const at::Tensor mask = at::randn({4, kInput});
  for (const bool masked : {false, true}) {
    std::vector<at::Tensor> pooled;
    std::vector<at::Tensor> gradients;
    for (const Engine engine : {Engine::kReference, Engine::kFused}) {
      const at::Tensor embedding = table.clone().requires_grad_();
      const EmbeddedTokens words{.embedding = embedding,
                                 .tokens = tokens,
                                 .mask = masked ? mask : at::Tensor()};
      pooled.push_back(GetKernel(engine).RunPooled(layer_.Gates(), words,
                                                   lengths, Pooling::kConcat));
      pooled.back().square().sum().backward();
      gradients.push_back(embedding.grad());
      const c10::NoGradGuard no_gradients;
      EXPECT_LE(
          ParityError(GetKernel(engine).RunPooled(layer_.Gates(), words,
                                                  lengths, Pooling::kConcat),
                      pooled.back()),
          kParityTolerance);
    }
    EXPECT_LE(ParityError(pooled[1], pooled[0]), kParityTolerance);
    EXPECT_LE(ParityError(gradients[1], gradients[0]), kParityTolerance);
  }
}

// The textbook's loop, from a state on; a text's state stays where it ended.
FusedRun RunCellFrom(const LstmState& state, const StackedGates& gates,
                     const LayerInputs& vectors, const at::Tensor& lengths) {
  const at::Tensor inputs = vectors.LayOut();
  FusedRun run{.last = state};
  std::vector<at::Tensor> outputs;
  for (std::int64_t t = 0; t < inputs.size(1); ++t) {
    const at::Tensor live = (lengths > t).unsqueeze(1);
    const LstmState next = LstmCell::Step(gates, inputs.select(1, t), run.last);
    outputs.push_back(next.h * live);
    run.last = {.h = at::where(live, next.h, run.last.h),
                .c = at::where(live, next.c, run.last.c)};
  }
  run.outputs = at::stack(outputs, 1);
  return run;
}

TEST_F(FusedKernelTest, GoesOnFromAStateAndGivesTheLastOne) {
  const at::Tensor lengths = at::tensor({5, 9, 1, 9}, at::kLong);
  const at::Tensor inputs = at::randn({4, 9, kInput});
  const at::Tensor h = at::randn({4, 40});
  const at::Tensor c = at::randn({4, 40});
  std::vector<FusedRun> runs;
  std::vector<std::vector<at::Tensor>> gradients;
  for (const auto& run : {&RunCellFrom, &RunFrom}) {
    const LstmState begin{.h = h.clone().requires_grad_(),
                          .c = c.clone().requires_grad_()};
    const at::Tensor x = inputs.clone().requires_grad_();
    layer_.forward.W_f.mutable_grad().reset();
    runs.push_back(run(begin, layer_.Gates().forward, x, lengths));
    (runs.back().outputs.square().sum() + runs.back().last.h.sum() +
     runs.back().last.c.square().sum())
        .backward();
    gradients.push_back(
        {begin.h.grad(), begin.c.grad(), x.grad(), layer_.forward.W_f.grad()});
  }
  EXPECT_LE(ParityError(runs[1].outputs, runs[0].outputs), kParityTolerance);
  EXPECT_LE(ParityError(runs[1].last.h, runs[0].last.h), kParityTolerance);
  EXPECT_LE(ParityError(runs[1].last.c, runs[0].last.c), kParityTolerance);
  for (std::size_t i = 0; i < gradients[0].size(); ++i) {
    EXPECT_LE(ParityError(gradients[1][i], gradients[0][i]), kParityTolerance)
        << i;
  }
}

TEST_F(FusedKernelTest, ATextInPiecesIsTheTextAsAWhole) {
  const c10::NoGradGuard no_gradients;
  const StackedGates gates = layer_.Gates().forward;
  const at::Tensor inputs = at::randn({2, 12, kInput});
  const LstmState zeros = LstmState::Zeros(2, 40, inputs.options());
  const auto run = [&](const LstmState& state, std::int64_t begin,
                       std::int64_t length) {
    return RunFrom(state, gates, inputs.narrow(1, begin, length),
                   at::full({2}, length, at::kLong));
  };
  const FusedRun whole = run(zeros, 0, 12);
  const FusedRun first = run(zeros, 0, 5);
  const FusedRun second = run(first.last, 5, 7);
  EXPECT_TRUE(at::equal(second.last.h, whole.last.h));
  EXPECT_TRUE(at::equal(second.last.c, whole.last.c));
  EXPECT_TRUE(
      at::equal(at::cat({first.outputs, second.outputs}, 1), whole.outputs));
}

TEST_F(FusedKernelTest, DoublesGoToTheDeviceKernel) {
  const at::Tensor lengths = at::tensor({4, 2}, at::kLong);
  LayerGates gates = layer_.Gates();
  for (StackedGates* direction : {&gates.forward, &*gates.backward}) {
    direction->weight = direction->weight.to(at::kDouble);
    direction->bias = direction->bias.to(at::kDouble);
  }
  const at::Tensor inputs = at::randn({2, 4, kInput}, at::kDouble);
  EXPECT_TRUE(at::equal(FusedKernel().Run(gates, inputs, lengths).last,
                        DeviceKernel().Run(gates, inputs, lengths).last));
}

TEST_F(FusedKernelTest, APassIsGoneBackOverOnce) {
  const at::Tensor inputs = at::randn({1, 4, kInput}).requires_grad_();
  const at::Tensor loss = Run(inputs, at::tensor({4}, at::kLong)).last.sum();
  loss.backward({}, /*keep_graph=*/true);
  EXPECT_THROW(loss.backward(), c10::Error);
}

}  // namespace
}  // namespace carousel
