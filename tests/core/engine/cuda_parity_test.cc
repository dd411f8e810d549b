// The whole model on a CUDA device against the CPU: answers and gradients. It
// is skipped where there is no device.
#include <ATen/ATen.h>
#include <c10/util/Exception.h>

#include <string>
#include <vector>

#include "core/data/batcher.h"
#include "core/engine/device_kernel.h"
#include "core/engine/device_memory.h"
#include "core/engine/engine.h"
#include "core/nn/sentiment_lstm.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

constexpr std::int64_t kVocabulary = 30;

// The reference keeps to the tolerance that all engines have. cuDNN multiplies
// in TF32 unless told otherwise, which has a mantissa of 10 bits.
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

SentimentLstm MakeModel(const LstmKernel& kernel) {
  at::manual_seed(5);
  const ModelConfig config = {.vocabulary_size = kVocabulary,
                              .embedding_size = 12,
                              .hidden_size = 24,
                              .layers = 2,
                              .bidirectional = true,
                              .pooling = Pooling::kConcat};
  return SentimentLstm(config, at::randn({kVocabulary, 12}), /*forget_bias=*/1,
                       kernel);
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

// What LibTorch warns of on this thread.
class Warnings final : public c10::WarningHandler {
 public:
  void process(const c10::Warning& warning) override {
    messages.push_back(warning.msg());
  }

  std::vector<std::string> messages;
};

class CudaParityTest : public testing::TestWithParam<Engine> {};

TEST_P(CudaParityTest, AnswersAndGradientsEqualTheCpus) {
  const absl::StatusOr<std::string> device = ResolveDevice("cuda");
  if (!device.ok()) GTEST_SKIP() << device.status().message();
  const std::vector<NamedParameter> expected =
      Compute(MakeModel(GetKernel(GetParam())));
  SentimentLstm model = MakeModel(GetKernel(GetParam()));
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

TEST(CudaKernelTest, Bfloat16IsNearTheCpusFloats) {
  const absl::StatusOr<std::string> device = ResolveDevice("cuda");
  if (!device.ok()) GTEST_SKIP() << device.status().message();
  const std::vector<NamedParameter> expected =
      Compute(MakeModel(GetKernel(Engine::kReference)));
  const DeviceKernel kernel(Precision::kBf16);
  SentimentLstm model = MakeModel(kernel);
  model.MoveTo(*device);
  const std::vector<NamedParameter> results = Compute(model);
  for (std::size_t i = 0; i < results.size(); ++i) {
    EXPECT_LE(ParityError(results[i].tensor, expected[i].tensor), 5e-2)
        << results[i].name;
  }
}

TEST(CudaKernelTest, CudnnReadsTheWeightsWhereTheyAre) {
  const absl::StatusOr<std::string> device = ResolveDevice("cuda");
  if (!device.ok()) GTEST_SKIP() << device.status().message();
  Warnings warnings;
  const c10::WarningUtils::WarningHandlerGuard guard(&warnings);
  for (const Precision precision : {Precision::kF32, Precision::kBf16}) {
    const DeviceKernel kernel(precision);
    SentimentLstm model = MakeModel(kernel);
    model.MoveTo(*device);
    Compute(model);
  }
  // It says so when it copies them into one array first.
  EXPECT_THAT(warnings.messages,
              testing::Not(testing::Contains(
                  testing::HasSubstr("single contiguous chunk of memory"))));
}

INSTANTIATE_TEST_SUITE_P(Engines, CudaParityTest,
                         testing::Values(Engine::kReference, Engine::kLibtorch,
                                         Engine::kFused),
                         [](const auto& info) {
                           return std::string(ToString(info.param));
                         });

}  // namespace
}  // namespace carousel
