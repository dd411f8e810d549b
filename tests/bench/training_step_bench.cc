// A training step (forward, backward, clip, Adam) of the whole model, batch 64,
// on texts as long as reviews: ours as a training job does it, and what one
// writes with torch::nn::LSTM, in one run, in turn, on the same texts and
// threads. The library reads them as two kinds of loader give them:
//
//   padded    batches as they come, each padded to its longest text
//   bucketed  the whole set sorted by length, then cut into batches
//   packed    batches as they come, pack_padded_sequence; with --packed, since
//             a round of it takes minutes
//   bf16      padded and bucketed, under autocast to bfloat16
//
// Ours reads them as they come. "with dropout" is where each text's inputs are
// dropped by a mask of its own, so that the same word of different texts no
// longer gives the same; "bf16" is mixed. Prints live tokens a second (median
// and range of the rounds) and the ratios.
//
//   training_step_bench [--threads=2] [--rounds=5] [--shape=0]
//                       [--only=engine=fused] [--packed] [--reference]
#include <torch/nn/modules/embedding.h>
#include <torch/nn/modules/linear.h>
#include <torch/nn/modules/rnn.h>
#include <torch/nn/utils/clip_grad.h>
#include <torch/nn/utils/rnn.h>
#include <torch/optim/adam.h>

#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_cat.h"
#include "core/data/batcher.h"
#include "core/engine/engine.h"
#include "core/nn/sentiment_lstm.h"
#include "core/train/learner.h"
#include "tests/bench/autocast.h"
#include "tests/bench/cases.h"
#include "tests/bench/contest.h"

ABSL_FLAG(bool, packed, false, "The library's packed batches as well");
ABSL_FLAG(bool, reference, false, "The hand-written loop as well");
ABSL_FLAG(std::string, only, "", "Contestants whose name ends so");

namespace carousel {
namespace {

constexpr std::size_t kBatch = 64;
constexpr double kDropout = 0.5;

std::vector<Batch> Load(const Case& bench_case, bool bucketed) {
  std::vector<float> labels;
  for (std::size_t i = 0; i < bench_case.texts.size(); ++i) {
    labels.push_back(static_cast<float>(i % 2));
  }
  std::vector<Batch> batches;
  for (const auto& texts : CutIntoBatches(bench_case, bucketed)) {
    batches.push_back(MakeBatch(bench_case.texts, labels, texts));
  }
  return batches;
}

// The model as one writes it with the library: padding is read, not skipped.
struct LibraryModel : torch::nn::Module {
  explicit LibraryModel(const ModelConfig& config)
      : embedding(register_module("embedding",
                                  torch::nn::Embedding(config.vocabulary_size,
                                                       config.embedding_size))),
        lstm(register_module(
            "lstm",
            torch::nn::LSTM(torch::nn::LSTMOptions(config.embedding_size,
                                                   config.hidden_size)
                                .batch_first(true)
                                .bidirectional(config.bidirectional)))),
        head(register_module("head",
                             torch::nn::Linear(config.pooled_size(), 1))) {}

  at::Tensor forward(const BatchTensors& batch, bool packed) {
    const at::Tensor words = embedding(batch.tokens);
    const at::Tensor outputs =
        packed ? Packed(words, batch.lengths) : std::get<0>(lstm(words));
    const at::Tensor last = outputs.select(1, outputs.size(1) - 1);
    return head(
               at::cat({std::get<0>(outputs.max(1)), outputs.mean(1), last}, 1))
        .squeeze(1);
  }

  at::Tensor Packed(const at::Tensor& words, const at::Tensor& lengths) {
    namespace rnn = torch::nn::utils::rnn;
    const auto [outputs, state] = lstm->forward_with_packed_input(
        rnn::pack_padded_sequence(words, lengths, /*batch_first=*/true,
                                  /*enforce_sorted=*/false));
    return std::get<0>(rnn::pad_packed_sequence(outputs, /*batch_first=*/true));
  }

  torch::nn::Embedding embedding;
  torch::nn::LSTM lstm;
  torch::nn::Linear head;
};

// A training as one writes it with the library.
struct LibraryRecipe {
  bool packed = false;
  bool bf16 = false;
};
class LibraryTraining {
 public:
  LibraryTraining(const ModelConfig& config, const LibraryRecipe& recipe)
      : recipe_(recipe),
        model_(config),
        optimizer_(model_.parameters(), torch::optim::AdamOptions(1e-3)) {}

  void Step(const Batch& rows) {
    const BatchTensors batch = ToTensors(rows);
    optimizer_.zero_grad();
    at::binary_cross_entropy_with_logits(Logits(batch), batch.labels)
        .backward();
    torch::nn::utils::clip_grad_norm_(model_.parameters(), 1.0);
    optimizer_.step();
  }

 private:
  // The way back is outside of autocast, as the library's manual has it.
  at::Tensor Logits(const BatchTensors& batch) {
    if (!recipe_.bf16) return model_.forward(batch, recipe_.packed);
    const Autocast autocast;
    return model_.forward(batch, recipe_.packed).to(at::kFloat);
  }

  const LibraryRecipe recipe_;
  LibraryModel model_;
  torch::optim::Adam optimizer_;
};

Contestant MakeTheirs(std::string name, const ModelConfig& config,
                      const std::vector<Batch>& batches,
                      const LibraryRecipe& recipe = {}) {
  auto training = std::make_shared<LibraryTraining>(config, recipe);
  return {.name = std::move(name), .run = [training, &batches] {
            for (const Batch& batch : batches) training->Step(batch);
          }};
}

// A training of its own that comes to nothing.
bool CanTrainInBf16(const ModelConfig& config, const Batch& batch) {
  LibraryTraining bf16(config, {.bf16 = true});
  LibraryTraining f32(config, {});
  return CanAutocast([&] { bf16.Step(batch); }, [&] { f32.Step(batch); });
}

// As a training job does it.
struct Recipe {
  Engine engine = Engine::kFused;
  Precision precision = Precision::kF32;
  double dropout = 0;
};
std::string NameOf(const Recipe& recipe) {
  std::string name =
      absl::StrCat("engine=", std::string(ToString(recipe.engine)));
  if (recipe.precision != Precision::kF32) {
    absl::StrAppend(&name, " ", std::string(ToString(recipe.precision)));
  }
  if (recipe.dropout > 0) name += " with dropout";
  return name;
}
Contestant MakeOurs(const Recipe& recipe, const ModelConfig& config,
                    const std::vector<Batch>& batches) {
  HyperParameters parameters;
  parameters.precision = recipe.precision;
  parameters.gradient_clip = 1;
  parameters.dropout = recipe.dropout;
  parameters.embedding_dropout = recipe.dropout;
  const at::Tensor embedding =
      at::randn({config.vocabulary_size * config.embedding_size});
  const float* const first = embedding.const_data_ptr<float>();
  auto learner = std::make_shared<Learner>(
      parameters, config, std::vector<float>(first, first + embedding.numel()),
      recipe.engine, "cpu");
  return {.name = NameOf(recipe), .run = [learner, &batches] {
            for (const Batch& batch : batches) {
              learner->Step(learner->Prepare(batch), /*rate_factor=*/1);
            }
            for (const StepResult& step : learner->ReadSteps()) {
              if (CheckFinite(step).ok()) continue;
              std::fprintf(stderr, "a step failed\n");
              std::exit(1);
            }
          }};
}

void RunShape(const Shape& shape) {
  const ModelConfig config = ConfigOf(shape);
  const Case bench_case = MakeCase(kBatch, /*full_length=*/false);
  const std::vector<Batch> padded = Load(bench_case, /*bucketed=*/false);
  const std::vector<Batch> bucketed = Load(bench_case, /*bucketed=*/true);
  std::printf("%s\n", shape.name);
  PrintHead(bench_case);
  std::vector<Contestant> contestants;
  contestants.push_back(MakeTheirs("nn.LSTM padded", config, padded));
  contestants.push_back(MakeTheirs("nn.LSTM bucketed", config, bucketed));
  if (absl::GetFlag(FLAGS_packed)) {
    contestants.push_back(
        MakeTheirs("nn.LSTM packed", config, padded, {.packed = true}));
  }
  if (CanTrainInBf16(config, bucketed.front())) {
    contestants.push_back(
        MakeTheirs("nn.LSTM bf16 padded", config, padded, {.bf16 = true}));
    contestants.push_back(
        MakeTheirs("nn.LSTM bf16 bucketed", config, bucketed, {.bf16 = true}));
  }
  if (absl::GetFlag(FLAGS_reference)) {
    contestants.push_back(
        MakeOurs({.engine = Engine::kReference}, config, padded));
  }
  contestants.push_back(MakeOurs({.dropout = kDropout}, config, padded));
  contestants.push_back(
      MakeOurs({.precision = Precision::kBf16}, config, padded));
  contestants.push_back(MakeOurs({}, config, padded));
  std::erase_if(contestants, [](const Contestant& contestant) {
    return !contestant.name.ends_with(absl::GetFlag(FLAGS_only));
  });
  Race(contestants, absl::GetFlag(FLAGS_rounds), bench_case.tokens);
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
  std::printf("training, %d threads, LibTorch %s\n",
              absl::GetFlag(FLAGS_threads), carousel::TorchVersion().c_str());
  carousel::ForEachChosenShape(carousel::RunShape);
  return 0;
}
