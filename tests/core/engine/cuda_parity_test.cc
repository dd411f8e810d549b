// The whole model on a CUDA device against the CPU: answers and gradients. It
// is skipped where there is no device.
#include <ATen/ATen.h>

#include <string>
#include <vector>

#include "core/data/batcher.h"
#include "core/engine/device_memory.h"
#include "core/engine/engine.h"
#include "core/nn/sentiment_lstm.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

constexpr std::int64_t kVocabulary = 30;

// The reference keeps to the tolerance that all engines have. Through cuDNN,
// LibTorch's own LSTM multiplies in TF32 unless told otherwise, which has a
// mantissa of 10 bits.
double Tolerance(Engine engine) {
  return engine == Engine::kReference ? kParityTolerance : 5e-3;
}

// Texts of 1 to 16 tokens.
Batch RaggedBatch() {
  Batch batch{.rows = 16, .time = 16};
  for (std::int64_t row = 0; row < batch.rows; ++row) {
    batch.lengths.push_back(row + 1);
    batch.labels.push_back(static_cast<float>(row % 2));
    for (std::int64_t t = 0; t < batch.time; ++t) {
      batch.tokens.push_back(
          t > row ? kPaddingId : 1 + (row * 7 + t * 3) % (kVocabulary - 1));
    }
  }
  return batch;
}

SentimentLstm MakeModel(Engine engine) {
  at::manual_seed(5);
  const ModelConfig config = {.vocabulary_size = kVocabulary,
                              .embedding_size = 12,
                              .hidden_size = 24,
                              .layers = 2,
                              .bidirectional = true,
                              .pooling = Pooling::kConcat};
  return SentimentLstm(config, at::randn({kVocabulary, 12}), /*forget_bias=*/1,
                       GetKernel(engine));
}

// Logits, and then the gradients of their loss, all on the CPU.
std::vector<NamedParameter> Compute(const SentimentLstm& model) {
  const BatchTensors batch = ToTensors(RaggedBatch(), model.device());
  const at::Tensor logits = model.Forward(batch);
  at::binary_cross_entropy_with_logits(logits, batch.labels).backward();
  std::vector<NamedParameter> results = {{"logits", logits.detach().cpu()}};
  for (const NamedParameter& parameter : model.parameters()) {
    results.push_back({parameter.name, parameter.tensor.grad().cpu()});
  }
  return results;
}

class CudaParityTest : public testing::TestWithParam<Engine> {};

TEST_P(CudaParityTest, AnswersAndGradientsEqualTheCpus) {
  const absl::StatusOr<std::string> device = ResolveDevice("cuda");
  if (!device.ok()) GTEST_SKIP() << device.status().message();
  const std::vector<NamedParameter> expected = Compute(MakeModel(GetParam()));
  SentimentLstm model = MakeModel(GetParam());
  model.MoveTo(*device);
  const std::vector<NamedParameter> results = Compute(model);
  ASSERT_EQ(results.size(), expected.size());
  for (std::size_t i = 0; i < results.size(); ++i) {
    EXPECT_LE(ParityError(results[i].tensor, expected[i].tensor),
              Tolerance(GetParam()))
        << results[i].name;
  }
  ASSERT_OK_AND_ASSIGN(const DeviceMemory memory, ReadDeviceMemory(*device));
  EXPECT_GT(memory.allocated, 0);
  EXPECT_GE(memory.reserved, memory.allocated);
  EXPECT_GE(memory.total, memory.free);
}

INSTANTIATE_TEST_SUITE_P(Engines, CudaParityTest,
                         testing::Values(Engine::kReference, Engine::kLibtorch,
                                         Engine::kFused),
                         [](const auto& info) {
                           return std::string(ToString(info.param));
                         });

}  // namespace
}  // namespace carousel
