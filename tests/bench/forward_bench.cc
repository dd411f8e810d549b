// Answering: what the engine makes of whole texts (embedding, LSTM, pooling,
// head) beside torch::nn::LSTM over the same tokens with the same weights
// (embedding and LSTM alone), in one run, in turn, on the same threads. The
// library reads the texts as three kinds of loader give them:
//
//   padded    batches as they come, each padded to its longest text
//   bucketed  the whole set sorted by length, then cut into batches
//   packed    batches as they come, pack_padded_sequence
//
// Prints live tokens a second (median and range of the rounds) and the ratios,
// and how far the engine's probabilities are from those of engine=libtorch.
//
//   forward_bench [--threads=2] [--rounds=5] [--shape=0] [--folded_bytes=N]
#include <c10/core/InferenceMode.h>
#include <torch/nn/utils/rnn.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <functional>
#include <numeric>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "core/engine/engine.h"
#include "core/engine/growing_text.h"
#include "core/engine/network_weights.h"
#include "core/engine/reading_loop.h"
#include "core/engine/torch_threads.h"
#include "core/nn/sentiment_lstm.h"
#include "core/nn/streaming_lstm.h"
#include "tests/bench/review_lengths.h"
#include "tests/support/torch_lstm.h"

ABSL_FLAG(int, threads, 2, "Threads inside one operation");
ABSL_FLAG(int, rounds, 5, "Counted rounds of each contestant and case");
ABSL_FLAG(int, shape, 0, "1 or 2: that shape alone; 0: both");
ABSL_FLAG(std::int64_t, folded_bytes, std::int64_t{64} << 20, "As carouseld's");

namespace carousel {
namespace {

constexpr std::int64_t kVocabulary = 30000;
constexpr std::int64_t kLongest = 400;
constexpr std::int64_t kFullLength = 200;

struct Shape {
  const char* name;
  std::int64_t embedding;
  std::int64_t hidden;
  bool bidirectional;
};
constexpr Shape kShapes[] = {{"E300 H256, one direction", 300, 256, false},
                             {"E100 H128, two directions", 100, 128, true}};

ModelConfig ConfigOf(const Shape& shape) {
  ModelConfig config;
  config.vocabulary_size = kVocabulary;
  config.embedding_size = shape.embedding;
  config.hidden_size = shape.hidden;
  config.bidirectional = shape.bidirectional;
  config.pooling = Pooling::kConcat;
  config.truncation = Truncation::kHead;
  return config;
}

// Words as often as in a language: the n-th most frequent about 1 / n.
std::vector<EncodedText> MakeTexts(int count, bool full_length) {
  std::mt19937 random(1);
  std::vector<std::int64_t> lengths(count, kFullLength);
  if (!full_length) lengths = ReviewLengths(count, kLongest, random);
  std::vector<double> weights;
  for (std::int64_t rank = 0; rank < kVocabulary - 2; ++rank) {
    weights.push_back(1.0 / (static_cast<double>(rank) + 2.7));
  }
  std::discrete_distribution<TokenId> word(weights.begin(), weights.end());
  std::vector<EncodedText> texts(count);
  for (int i = 0; i < count; ++i) {
    for (std::int64_t t = 0; t < lengths[i]; ++t) {
      texts[i].tokens.push_back(2 + word(random));
    }
  }
  return texts;
}

std::vector<BatchTensors> Cut(const std::vector<EncodedText>& texts,
                              std::size_t batch, bool sorted) {
  std::vector<std::size_t> order(texts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (sorted) {
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return texts[a].tokens.size() < texts[b].tokens.size();
    });
  }
  std::vector<BatchTensors> batches;
  for (std::size_t i = 0; i < order.size(); i += batch) {
    batches.push_back(
        ToTensors(MakeBatch(texts, {}, std::span(order).subspan(i, batch))));
  }
  return batches;
}

struct Contestant {
  std::string name;
  std::function<void()> run;
  std::vector<double> seconds = {};
};

double Median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

// In turn, the first round not counted; prints a line each, the ratios to the
// last one, which is ours.
void Race(std::vector<Contestant>& contestants, std::int64_t tokens) {
  for (int round = 0; round <= absl::GetFlag(FLAGS_rounds); ++round) {
    for (Contestant& contestant : contestants) {
      const auto begin = std::chrono::steady_clock::now();
      contestant.run();
      const std::chrono::duration<double> time =
          std::chrono::steady_clock::now() - begin;
      if (round > 0) contestant.seconds.push_back(time.count());
    }
  }
  const double ours = Median(contestants.back().seconds);
  for (const Contestant& contestant : contestants) {
    const double median = Median(contestant.seconds);
    const auto [low, high] = std::minmax_element(contestant.seconds.begin(),
                                                 contestant.seconds.end());
    const double thousands = 1e-3 * static_cast<double>(tokens);
    std::printf("    %-26s %8.1f (%.1f to %.1f)  %6.2f x\n",
                contestant.name.c_str(), thousands / median, thousands / *high,
                thousands / *low, median / ours);
  }
}

class Bench {
 public:
  explicit Bench(const Shape& shape)
      : model_(ConfigOf(shape), at::randn({kVocabulary, shape.embedding}), 1,
               GetKernel(Engine::kLibtorch)),
        peer_(MakeTorchLstm(model_.layers())),
        packed_(PackModel(model_, absl::GetFlag(FLAGS_folded_bytes))) {
    std::printf("%s; %lld of %lld words folded, %.1f MiB in all\n", shape.name,
                static_cast<long long>(packed_.folded_words),
                static_cast<long long>(kVocabulary),
                static_cast<double>(packed_.bytes) / (1 << 20));
  }

  void Compare(std::size_t batch, bool full_length) {
    const int count = batch >= 64 ? 512 : batch == 8 ? 96 : 24;
    const std::vector<EncodedText> texts = MakeTexts(count, full_length);
    std::int64_t tokens = 0;
    for (const EncodedText& text : texts) {
      tokens += static_cast<std::int64_t>(text.tokens.size());
    }
    std::printf("  batch %zu, %s: thousand tokens a second\n", batch,
                full_length ? "200 tokens each" : "lengths of reviews");
    const auto padded = Cut(texts, batch, /*sorted=*/false);
    std::vector<Contestant> contestants;
    contestants.push_back({"nn.LSTM padded", [&] { RunPadded(padded); }});
    const auto bucketed = Cut(texts, batch, /*sorted=*/true);
    if (!full_length && batch > 1) {
      contestants.push_back({"nn.LSTM bucketed", [&] { RunPadded(bucketed); }});
      contestants.push_back({"nn.LSTM packed", [&] { RunPacked(padded); }});
    }
    contestants.push_back({"engine=fused", [&] {
                             for (std::size_t i = 0; i < texts.size();
                                  i += batch) {
                               Answer(std::span(texts).subspan(i, batch));
                             }
                           }});
    Race(contestants, tokens);
    PrintError(texts, padded);
  }

  // One text, a token at a time.
  void CompareStreams() {
    const EncodedText text = MakeTexts(1, /*full_length=*/true).front();
    const StreamingLstm reference(model_);
    std::printf("  one text, token by token: thousand tokens a second\n");
    std::vector<Contestant> contestants;
    contestants.push_back(
        {"nn.LSTM with its state", [&] {
           std::optional<std::tuple<at::Tensor, at::Tensor>> state;
           for (const TokenId token : text.tokens) {
             const auto [outputs, next] = peer_(
                 Embed(at::tensor({std::int64_t{token}}).view({1, 1})), state);
             state = next;
           }
         }});
    contestants.push_back({"engine=reference", [&] {
                             StreamState state = reference.Begin();
                             for (const TokenId& token : text.tokens) {
                               reference.Advance({&token, 1}, state);
                             }
                           }});
    contestants.push_back({"engine=fused", [&] {
                             GrowingText growing(packed_);
                             growing.Read(text.tokens);
                           }});
    Race(contestants, static_cast<std::int64_t>(text.tokens.size()));
  }

 private:
  at::Tensor Embed(const at::Tensor& tokens) const {
    return at::embedding(model_.embedding(), tokens);
  }
  void RunPadded(const std::vector<BatchTensors>& batches) {
    for (const BatchTensors& batch : batches) peer_(Embed(batch.tokens));
  }
  void RunPacked(const std::vector<BatchTensors>& batches) {
    for (const BatchTensors& batch : batches) {
      peer_->forward_with_packed_input(
          torch::nn::utils::rnn::pack_padded_sequence(
              Embed(batch.tokens), batch.lengths, /*batch_first=*/true,
              /*enforce_sorted=*/false));
    }
  }
  std::vector<double> Answer(std::span<const EncodedText> texts) const {
    return ReadTexts(packed_, texts, TorchThreads(), OnTorchThreads);
  }

  void PrintError(const std::vector<EncodedText>& texts,
                  const std::vector<BatchTensors>& batches) const {
    std::vector<double> theirs;
    for (const BatchTensors& batch : batches) {
      for (const double p : ToProbabilities(model_.Forward(batch))) {
        theirs.push_back(p);
      }
    }
    const std::vector<double> ours = Answer(texts);
    double error = 0;
    std::size_t equal = 0;
    for (std::size_t i = 0; i < ours.size(); ++i) {
      const double p = ToProbability(ours[i]);
      error = std::max(error, std::abs(p - theirs[i]));
      equal += (p >= 0.5) == (theirs[i] >= 0.5) ? 1 : 0;
    }
    std::printf("    probabilities within %.1e, %zu of %zu labels equal\n",
                error, equal, ours.size());
  }

  const SentimentLstm model_;
  torch::nn::LSTM peer_;
  const PackedNetwork packed_;
};

}  // namespace
}  // namespace carousel

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  carousel::SetTorchThreads(absl::GetFlag(FLAGS_threads));
  at::manual_seed(1);
  const c10::InferenceMode inference;
  std::printf("%d threads, LibTorch %s, kernels for %s\n",
              absl::GetFlag(FLAGS_threads), carousel::TorchVersion().c_str(),
              std::string(carousel::BestGateKernels().target).c_str());
  const int only = absl::GetFlag(FLAGS_shape);
  for (int i = 0; i < 2; ++i) {
    if (only != 0 && only != i + 1) continue;
    const carousel::Shape& shape = carousel::kShapes[i];
    carousel::Bench bench(shape);
    bench.Compare(64, /*full_length=*/true);
    for (const std::size_t batch : {1, 8, 64, 256}) {
      bench.Compare(batch, /*full_length=*/false);
    }
    if (!shape.bidirectional) bench.CompareStreams();
  }
  return 0;
}
