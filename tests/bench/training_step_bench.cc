// One training step (forward, backward, clip, Adam) of the whole model, batch
// 64, on texts as long as reviews: ours as a training job does it, and what one
// writes with torch::nn::LSTM, in one run, in turn, on the same texts and
// threads. The library reads them as two kinds of loader give them: batches as
// they come, each padded to its longest text, and the whole set sorted by
// length, then cut. Ours reads them as they come. "with dropout" is where each
// text has its own inputs dropped, so that the same word of different texts no
// longer gives the same.
//
// Prints live tokens a second (median and range of the rounds), milliseconds a
// step, and how many times as fast that is as each of the others.
//
//   training_step_bench [--threads=2] [--rounds=3] [--shape=0] [--reference]
//                       [--only=fused]
#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/rnn.h>
#include <torch/nn/utils/clip_grad.h>
#include <torch/optim/adam.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <memory>
#include <numeric>
#include <random>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "core/data/batcher.h"
#include "core/engine/engine.h"
#include "core/nn/sentiment_lstm.h"
#include "core/train/learner.h"
#include "tests/bench/review_texts.h"

ABSL_FLAG(int, threads, 2, "Threads inside one operation");
ABSL_FLAG(int, rounds, 3, "Counted rounds of each contestant and shape");
ABSL_FLAG(int, shape, 0, "1 or 2: that shape alone; 0: both");
ABSL_FLAG(bool, reference, false, "The hand-written loop as well");
ABSL_FLAG(std::string, only, "", "Contestants with this in their name alone");

namespace carousel {
namespace {

constexpr std::int64_t kVocabulary = 30000;
constexpr std::size_t kRows = 64;
constexpr std::size_t kBatches = 6;
constexpr std::int64_t kLongest = 400;

struct Shape {
  const char* name;
  std::int64_t embedding;
  std::int64_t hidden;
  bool bidirectional;
};
constexpr Shape kShapes[] = {{"E300 H256, one direction", 300, 256, false},
                             {"E100 H128, two directions", 100, 128, true}};

// The texts in batches, as they come or sorted by length.
std::vector<Batch> MakeBatches(const std::vector<EncodedText>& texts,
                               bool sorted) {
  std::vector<float> labels(texts.size());
  std::vector<std::size_t> order(texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    labels[i] = static_cast<float>(i % 2);
    order[i] = i;
  }
  if (sorted) {
    std::ranges::sort(order, {},
                      [&](std::size_t i) { return texts[i].tokens.size(); });
  }
  std::vector<Batch> batches;
  for (std::size_t i = 0; i < texts.size(); i += kRows) {
    batches.push_back(
        MakeBatch(texts, labels, std::span(order).subspan(i, kRows)));
  }
  return batches;
}

// The model as one writes it with the library: padding is read, not skipped.
struct LibraryModel : torch::nn::Module {
  explicit LibraryModel(const Shape& shape)
      : embedding(register_module(
            "embedding", torch::nn::Embedding(kVocabulary, shape.embedding))),
        lstm(register_module(
            "lstm", torch::nn::LSTM(
                        torch::nn::LSTMOptions(shape.embedding, shape.hidden)
                            .batch_first(true)
                            .bidirectional(shape.bidirectional)))),
        head(register_module(
            "head", torch::nn::Linear(
                        3 * shape.hidden * (shape.bidirectional ? 2 : 1), 1))) {
  }

  at::Tensor forward(const at::Tensor& tokens) {
    const auto [outputs, state] = lstm(embedding(tokens));
    const at::Tensor last = outputs.select(1, outputs.size(1) - 1);
    return head(
               at::cat({std::get<0>(outputs.max(1)), outputs.mean(1), last}, 1))
        .squeeze(1);
  }

  torch::nn::Embedding embedding;
  torch::nn::LSTM lstm;
  torch::nn::Linear head;
};

struct Contestant {
  std::string name;
  std::function<void(std::size_t batch)> step;
  std::vector<double> seconds;  // of a round: one pass over the batches

  void Run() {
    const auto begin = std::chrono::steady_clock::now();
    for (std::size_t batch = 0; batch < kBatches; ++batch) step(batch);
    const std::chrono::duration<double> time =
        std::chrono::steady_clock::now() - begin;
    seconds.push_back(time.count());
  }

  double Median() const {
    std::vector<double> sorted = seconds;
    std::ranges::sort(sorted);
    return sorted[sorted.size() / 2];
  }
};

// As a training job does it.
Contestant MakeOurs(const Shape& shape, Engine engine, double dropout,
                    const std::vector<Batch>& batches) {
  HyperParameters parameters;
  parameters.gradient_clip = 1;
  parameters.dropout = dropout;
  parameters.embedding_dropout = dropout;
  ModelConfig config;
  config.vocabulary_size = kVocabulary;
  config.embedding_size = shape.embedding;
  config.hidden_size = shape.hidden;
  config.bidirectional = shape.bidirectional;
  config.pooling = Pooling::kConcat;
  const at::Tensor embedding = at::randn({kVocabulary * shape.embedding});
  const float* const first = embedding.const_data_ptr<float>();
  auto learner = std::make_shared<Learner>(
      parameters, config, std::vector<float>(first, first + embedding.numel()),
      engine, "cpu");
  return {.name = "engine=" + std::string(ToString(engine)) +
                  (dropout > 0 ? " with dropout" : ""),
          .step = [learner, &batches](std::size_t batch) {
            if (learner->Step(batches[batch], /*rate_factor=*/1).ok()) return;
            std::fprintf(stderr, "a step failed\n");
            std::exit(1);
          }};
}

// As one writes it with the library.
Contestant MakeTheirs(const Shape& shape, std::string name,
                      const std::vector<Batch>& batches) {
  auto model = std::make_shared<LibraryModel>(shape);
  auto optimizer = std::make_shared<torch::optim::Adam>(
      model->parameters(), torch::optim::AdamOptions(1e-3));
  return {.name = std::move(name),
          .step = [model, optimizer, &batches](std::size_t index) {
            const BatchTensors batch = ToTensors(batches[index]);
            optimizer->zero_grad();
            at::binary_cross_entropy_with_logits(model->forward(batch.tokens),
                                                 batch.labels)
                .backward();
            torch::nn::utils::clip_grad_norm_(model->parameters(), 1.0);
            optimizer->step();
          }};
}

void Print(const Contestant& contestant, std::int64_t tokens,
           const std::vector<Contestant>& all) {
  const double thousands = 1e-3 * static_cast<double>(tokens);
  const auto [low, high] = std::ranges::minmax(contestant.seconds);
  std::printf("  %-26s %7.1f (%.1f to %.1f)  %7.1f ms a step",
              contestant.name.c_str(), thousands / contestant.Median(),
              thousands / high, thousands / low,
              1e3 * contestant.Median() / kBatches);
  for (const Contestant& other : all) {
    std::printf("  %5.2f", other.Median() / contestant.Median());
  }
  std::printf("\n");
}

void RunShape(const Shape& shape) {
  std::mt19937 random(1);
  const std::vector<EncodedText> texts = ReviewTexts(
      ReviewLengths(kBatches * kRows, kLongest, random), kVocabulary, random);
  std::int64_t tokens = 0;
  for (const EncodedText& text : texts) {
    tokens += static_cast<std::int64_t>(text.tokens.size());
  }
  const auto padded = MakeBatches(texts, /*sorted=*/false);
  const auto bucketed = MakeBatches(texts, /*sorted=*/true);

  std::vector<Contestant> contestants;
  contestants.push_back(MakeTheirs(shape, "nn.LSTM padded", padded));
  contestants.push_back(MakeTheirs(shape, "nn.LSTM bucketed", bucketed));
  if (absl::GetFlag(FLAGS_reference)) {
    contestants.push_back(MakeOurs(shape, Engine::kReference, 0, padded));
  }
  contestants.push_back(MakeOurs(shape, Engine::kFused, 0, padded));
  contestants.push_back(MakeOurs(shape, Engine::kFused, 0.5, padded));
  std::erase_if(contestants, [](const Contestant& contestant) {
    return contestant.name.find(absl::GetFlag(FLAGS_only)) == std::string::npos;
  });
  // In turn, the first round not counted.
  for (int round = 0; round <= absl::GetFlag(FLAGS_rounds); ++round) {
    for (Contestant& contestant : contestants) {
      contestant.Run();
      if (round == 0) contestant.seconds.clear();
    }
  }
  std::printf(
      "%s: thousand tokens a second; times as fast as each of these, in "
      "order\n",
      shape.name);
  for (const Contestant& contestant : contestants) {
    Print(contestant, tokens, contestants);
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
  at::manual_seed(1);
  std::printf("batch 64, %d threads, LibTorch %s\n",
              absl::GetFlag(FLAGS_threads), carousel::TorchVersion().c_str());
  const int only = absl::GetFlag(FLAGS_shape);
  for (int i = 0; i < 2; ++i) {
    if (only == 0 || only == i + 1) carousel::RunShape(carousel::kShapes[i]);
  }
  return 0;
}
