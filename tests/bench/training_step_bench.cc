// One training step (forward, backward, clip, Adam) of the whole model: the
// hand-written reference, the same weights through engine=libtorch, and what
// one would write with torch::nn::LSTM over a padded batch, in one run, in
// turn, on the same batches. Prints milliseconds a step, live tokens a second
// and the ratio to torch::nn::LSTM.
//
//   training_step_bench [--threads=2] [--steps=6]
#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/rnn.h>
#include <torch/nn/utils/clip_grad.h>
#include <torch/optim/adam.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "core/engine/engine.h"
#include "core/nn/sentiment_lstm.h"
#include "tests/bench/review_lengths.h"

ABSL_FLAG(int, threads, 2, "Threads inside one operation");
ABSL_FLAG(int, steps, 6, "Counted steps of each contestant and case");

namespace carousel {
namespace {

constexpr std::int64_t kVocabulary = 30000;
constexpr std::int64_t kEmbedding = 100;
constexpr std::int64_t kHidden = 128;
constexpr std::int64_t kRows = 64;
constexpr std::int64_t kMaxTokens = 400;

struct Case {
  const char* name;
  bool bidirectional;
  Pooling pooling;
  bool bucketed;  // batches of similar length, else all 400 columns
};
constexpr Case kCases[] = {
    {"classic: one direction, last, padded to 400", false, Pooling::kLast,
     false},
    {"strong: two directions, concat, bucketed", true, Pooling::kConcat, true}};

std::vector<Batch> MakeBatches(const Case& test_case, int count) {
  std::mt19937 generator(1);
  std::uniform_int_distribution<std::int64_t> token(2, kVocabulary - 1);
  std::vector<std::int64_t> lengths =
      ReviewLengths(count * kRows, kMaxTokens, generator);
  if (test_case.bucketed) std::sort(lengths.begin(), lengths.end());
  std::vector<Batch> batches(count);
  for (int b = 0; b < count; ++b) {
    Batch& batch = batches[b];
    batch.rows = kRows;
    batch.lengths.assign(lengths.begin() + b * kRows,
                         lengths.begin() + (b + 1) * kRows);
    batch.time = test_case.bucketed ? *std::max_element(batch.lengths.begin(),
                                                        batch.lengths.end())
                                    : kMaxTokens;
    batch.tokens.assign(kRows * batch.time, kPaddingId);
    for (std::int64_t row = 0; row < kRows; ++row) {
      for (std::int64_t t = 0; t < batch.lengths[row]; ++t) {
        batch.tokens[row * batch.time + t] = token(generator);
      }
      batch.labels.push_back(static_cast<float>(row % 2));
    }
  }
  return batches;
}

// The model as one writes it with the library: padding is read, not skipped.
struct LibraryModel : torch::nn::Module {
  explicit LibraryModel(const Case& test_case)
      : embedding(register_module(
            "embedding", torch::nn::Embedding(kVocabulary, kEmbedding))),
        lstm(register_module(
            "lstm",
            torch::nn::LSTM(torch::nn::LSTMOptions(kEmbedding, kHidden)
                                .batch_first(true)
                                .bidirectional(test_case.bidirectional)))),
        concat(test_case.pooling == Pooling::kConcat),
        head(register_module(
            "head",
            torch::nn::Linear(
                kHidden * (test_case.bidirectional ? 2 : 1) * (concat ? 3 : 1),
                1))) {}

  at::Tensor forward(const at::Tensor& tokens) {
    const auto [outputs, state] = lstm(embedding(tokens));
    const at::Tensor last = outputs.select(1, outputs.size(1) - 1);
    if (!concat) return head(last).squeeze(1);
    return head(
               at::cat({std::get<0>(outputs.max(1)), outputs.mean(1), last}, 1))
        .squeeze(1);
  }

  torch::nn::Embedding embedding;
  torch::nn::LSTM lstm;
  bool concat;
  torch::nn::Linear head;
};

using Forward = std::function<at::Tensor(const BatchTensors&)>;

// Seconds for one pass over the batches.
double TimeSteps(const Forward& forward,
                 const std::vector<at::Tensor>& parameters,
                 torch::optim::Adam& optimizer,
                 const std::vector<BatchTensors>& batches) {
  const auto begin = std::chrono::steady_clock::now();
  for (const BatchTensors& batch : batches) {
    optimizer.zero_grad();
    at::binary_cross_entropy_with_logits(forward(batch), batch.labels)
        .backward();
    torch::nn::utils::clip_grad_norm_(parameters, 1.0);
    optimizer.step();
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin)
      .count();
}

struct Contestant {
  std::string name;
  Forward forward;
  std::vector<at::Tensor> parameters;
  std::unique_ptr<torch::optim::Adam> optimizer;
  std::vector<double> seconds;
};

Contestant MakeOurs(const Case& test_case, Engine engine) {
  ModelConfig config;
  config.vocabulary_size = kVocabulary;
  config.embedding_size = kEmbedding;
  config.hidden_size = kHidden;
  config.bidirectional = test_case.bidirectional;
  config.pooling = test_case.pooling;
  auto model = std::make_shared<SentimentLstm>(
      config, at::randn({kVocabulary, kEmbedding}), 1, GetKernel(engine));
  Contestant contestant{"engine=" + std::string(ToString(engine))};
  for (const auto& parameter : model->parameters()) {
    contestant.parameters.push_back(parameter.tensor);
  }
  contestant.forward = [model](const BatchTensors& batch) {
    return model->Forward(batch);
  };
  return contestant;
}

Contestant MakeTheirs(const Case& test_case) {
  auto model = std::make_shared<LibraryModel>(test_case);
  return {"torch::nn::LSTM",
          [model](const BatchTensors& batch) {
            return model->forward(batch.tokens);
          },
          model->parameters()};
}

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

void RunCase(const Case& test_case, int rounds) {
  constexpr int kBatches = 4;
  std::vector<BatchTensors> batches;
  std::int64_t tokens = 0;
  for (const Batch& batch : MakeBatches(test_case, kBatches)) {
    for (const std::int64_t length : batch.lengths) tokens += length;
    batches.push_back(ToTensors(batch));
  }
  std::vector<Contestant> contestants;
  contestants.push_back(MakeTheirs(test_case));
  contestants.push_back(MakeOurs(test_case, Engine::kReference));
  contestants.push_back(MakeOurs(test_case, Engine::kLibtorch));
  contestants.push_back(MakeOurs(test_case, Engine::kFused));
  for (Contestant& contestant : contestants) {
    contestant.optimizer = std::make_unique<torch::optim::Adam>(
        contestant.parameters, torch::optim::AdamOptions(1e-3));
  }
  // In turn, the first round not counted.
  for (int round = 0; round <= rounds; ++round) {
    for (Contestant& contestant : contestants) {
      const double seconds =
          TimeSteps(contestant.forward, contestant.parameters,
                    *contestant.optimizer, batches);
      if (round > 0) contestant.seconds.push_back(seconds);
    }
  }
  std::printf("%s\n", test_case.name);
  const double base = Median(contestants.front().seconds);
  for (const Contestant& contestant : contestants) {
    const double median = Median(contestant.seconds);
    const auto [low, high] = std::minmax_element(contestant.seconds.begin(),
                                                 contestant.seconds.end());
    std::printf(
        "  %-18s %8.1f ms a step (%.1f to %.1f)  %7.0f tokens/s  %.2f x the "
        "time of torch::nn::LSTM\n",
        contestant.name.c_str(), 1e3 * median / kBatches, 1e3 * *low / kBatches,
        1e3 * *high / kBatches, tokens / median, median / base);
  }
}

}  // namespace
}  // namespace carousel

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  // As a worker does; it serves all contestants, the library's most: through
  // padding its gradients fade to nothing.
  carousel::FlushDenormals();
  carousel::SetTorchThreads(absl::GetFlag(FLAGS_threads));
  std::printf("batch 64, embedding 100, hidden 128, %d threads, LibTorch %s\n",
              absl::GetFlag(FLAGS_threads), carousel::TorchVersion().c_str());
  for (const auto& test_case : carousel::kCases) {
    carousel::RunCase(test_case, std::max(1, absl::GetFlag(FLAGS_steps) / 2));
  }
  return 0;
}
