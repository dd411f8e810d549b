// Answering: what the engine makes of whole texts (embedding, LSTM, pooling,
// head) beside torch::nn::LSTM over the same tokens with the same weights
// (embedding and LSTM alone), in one run, in turn, on the same threads. The
// library reads the texts as three kinds of loader give them:
//
//   padded    batches as they come, each padded to its longest text
//   bucketed  the whole set sorted by length, then cut into batches
//   packed    batches as they come, pack_padded_sequence
//   bf16      padded and bucketed, under autocast to bfloat16
//
// The engine answers in f32 and in bf16.
//
// Prints live tokens a second (median and range of the rounds), the ratios,
// and how far each one's probabilities are from the engine's. The weights are
// fresh ones, whose biases make nothing of the padding that the library's
// backward direction reads first; of trained ones it would answer otherwise.
//
//   forward_bench [--threads=2] [--rounds=5] [--shape=0] [--batch=0]
//     [--folded_bytes=N]
#include <c10/core/InferenceMode.h>
#include <torch/nn/utils/rnn.h>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "core/engine/engine.h"
#include "core/engine/growing_text.h"
#include "core/engine/network_weights.h"
#include "core/engine/torch_threads.h"
#include "core/nn/pooling.h"
#include "core/nn/sentiment_lstm.h"
#include "core/nn/streaming_lstm.h"
#include "tests/bench/autocast.h"
#include "tests/bench/cases.h"
#include "tests/bench/contest.h"
#include "tests/bench/engine_answers.h"
#include "tests/support/torch_lstm.h"

ABSL_FLAG(std::int64_t, folded_bytes, carousel::kFoldedBytes, "As carouseld's");

namespace carousel {
namespace {

// A set of texts as a loader gives them.
struct Batches {
  std::vector<std::vector<std::size_t>> texts;  // of each batch
  std::vector<BatchTensors> tensors;
};

Batches Load(const Case& bench_case, bool bucketed) {
  Batches batches{.texts = CutIntoBatches(bench_case, bucketed)};
  for (const std::vector<std::size_t>& texts : batches.texts) {
    batches.tensors.push_back(
        ToTensors(MakeBatch(bench_case.texts, {}, texts)));
  }
  return batches;
}

using torch::nn::utils::rnn::PackedSequence;

at::Tensor Padded(const at::Tensor& outputs) { return outputs; }
at::Tensor Padded(const PackedSequence& outputs) {
  return std::get<0>(torch::nn::utils::rnn::pad_packed_sequence(
      outputs, /*batch_first=*/true));
}

PackedNetwork Pack(const SentimentLstm& model, Precision precision) {
  return PackModel(model,
                   {.max_folded_bytes = absl::GetFlag(FLAGS_folded_bytes),
                    .precision = precision});
}

class Bench {
 public:
  explicit Bench(const Shape& shape)
      : model_(ConfigOf(shape),
               at::randn({ConfigOf(shape).vocabulary_size, shape.embedding}), 1,
               GetKernel(Engine::kLibtorch)),
        peer_(MakeTorchLstm(model_.layers())),
        packed_(Pack(model_, Precision::kF32)),
        packed_bf16_(Pack(model_, Precision::kBf16)) {
    std::printf("%s; %lld of %lld words folded, %.1f MiB in all\n", shape.name,
                static_cast<long long>(packed_.folded_words),
                static_cast<long long>(model_.config().vocabulary_size),
                static_cast<double>(packed_.bytes) / (1 << 20));
  }

  void Compare(const Case& bench_case) {
    PrintHead(bench_case);
    const Batches padded = Load(bench_case, /*bucketed=*/false);
    const Batches bucketed = Load(bench_case, /*bucketed=*/true);
    // Of texts of one length, and one at a time, there is one way to read them.
    const bool alike = bench_case.full_length || bench_case.batch == 1;
    const auto answers_of = [&bench_case](const PackedNetwork& network) {
      return [&bench_case, &network] {
        return Answers(network, bench_case, TorchThreads(), OnTorchThreads);
      };
    };
    const auto answers = answers_of(packed_);
    const auto in_bf16 = answers_of(packed_bf16_);
    const auto run_padded = [this](const auto& batch) {
      return RunPadded(batch);
    };
    std::vector<Contestant> contestants;
    contestants.push_back(Library("nn.LSTM padded", padded, run_padded));
    if (!alike) {
      contestants.push_back(Library("nn.LSTM bucketed", bucketed, run_padded));
      contestants.push_back(
          Library("nn.LSTM packed", padded,
                  [this](const auto& batch) { return RunPacked(batch); }));
    }
    if (TriesAutocast(bucketed.tensors.front())) {
      const auto run = [this](const auto& batch) { return RunAutocast(batch); };
      contestants.push_back(Library("nn.LSTM bf16 padded", padded, run));
      if (!alike) {
        contestants.push_back(Library("nn.LSTM bf16 bucketed", bucketed, run));
      }
    }
    contestants.push_back({"engine=fused bf16", in_bf16, in_bf16});
    contestants.push_back({"engine=fused", answers, answers});
    Race(contestants, absl::GetFlag(FLAGS_rounds), bench_case.tokens);
  }

  // One text, a token at a time.
  void CompareStreams() {
    const EncodedText text =
        MakeCase(/*batch=*/1, /*full_length=*/true).texts.front();
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
    Race(contestants, absl::GetFlag(FLAGS_rounds),
         static_cast<std::int64_t>(text.tokens.size()));
  }

 private:
  at::Tensor Embed(const at::Tensor& tokens) const {
    return at::embedding(model_.embedding(), tokens);
  }
  at::Tensor RunPadded(const BatchTensors& batch) {
    return std::get<0>(peer_(Embed(batch.tokens)));
  }
  PackedSequence RunPacked(const BatchTensors& batch) {
    const auto [outputs, state] = peer_->forward_with_packed_input(
        torch::nn::utils::rnn::pack_padded_sequence(
            Embed(batch.tokens), batch.lengths, /*batch_first=*/true,
            /*enforce_sorted=*/false));
    return outputs;
  }
  at::Tensor RunAutocast(const BatchTensors& batch) {
    const Autocast autocast;
    return RunPadded(batch);
  }

  // `run` makes a batch's outputs, padded or packed.
  template <typename Run>
  Contestant Library(std::string name, const Batches& batches,
                     const Run& run) const {
    return {std::move(name),
            [&batches, run] {
              for (const BatchTensors& batch : batches.tensors) run(batch);
            },
            [this, &batches, run] { return Probabilities(batches, run); }};
  }

  template <typename Run>
  std::vector<double> Probabilities(const Batches& batches,
                                    const Run& run) const {
    std::map<std::size_t, double> of_texts;
    for (std::size_t i = 0; i < batches.tensors.size(); ++i) {
      const BatchTensors& batch = batches.tensors[i];
      const std::vector<double> own = ToProbabilities(
          Head(Padded(run(batch)).to(at::kFloat), batch.lengths));
      for (std::size_t row = 0; row < own.size(); ++row) {
        of_texts[batches.texts[i][row]] = own[row];
      }
    }
    std::vector<double> all;
    for (const auto& [text, probability] : of_texts) all.push_back(probability);
    return all;
  }

  // The logits of [batch, time, units].
  at::Tensor Head(const at::Tensor& outputs, const at::Tensor& lengths) const {
    const std::int64_t hidden = model_.config().hidden_size;
    const at::Tensor at_end =
        (lengths - 1)
            .view({-1, 1, 1})
            .expand({outputs.size(0), 1, outputs.size(2)});
    at::Tensor last = outputs.gather(1, at_end).squeeze(1);
    if (model_.config().bidirectional) {
      last = at::cat({last.narrow(1, 0, hidden),
                      outputs.select(1, 0).narrow(1, hidden, hidden)},
                     1);
    }
    return at::linear(
               PoolOutputs({outputs, last}, lengths, model_.config().pooling),
               model_.head_weight(), model_.head_bias())
        .squeeze(1);
  }

  // Tried once, and said then.
  bool TriesAutocast(const BatchTensors& batch) {
    if (!can_autocast_.has_value()) {
      can_autocast_ =
          CanAutocast([&] { RunAutocast(batch); }, [&] { RunPadded(batch); });
    }
    return *can_autocast_;
  }

  const SentimentLstm model_;
  torch::nn::LSTM peer_;
  const PackedNetwork packed_;
  const PackedNetwork packed_bf16_;
  std::optional<bool> can_autocast_;
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
  carousel::ForEachChosenShape([](const carousel::Shape& shape) {
    carousel::Bench bench(shape);
    carousel::ForEachChosenCase(
        [&](const carousel::Case& bench_case) { bench.Compare(bench_case); });
    if (!shape.bidirectional) bench.CompareStreams();
  });
  return 0;
}
