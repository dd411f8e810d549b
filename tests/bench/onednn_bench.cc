// Answering: what the engine makes of whole texts (embedding, LSTM, pooling,
// head) beside oneDNN's LSTM primitive over the same tokens with the same
// weights (embedding and LSTM alone; the primitive begins at the embeddings, so
// they are gathered for it), in one run, in turn, on the same threads.
//
// The primitive's weights are packed before, in the order that it chooses, and
// so are its plans for each shape of a batch. It knows no lengths: it reads
// batches as they come or bucketed (forward_bench.cc), padded. The backward
// direction is a primitive of its own over texts that are turned round, so that
// padding comes last there as well; oneDNN's own two directions are two loops
// one after the other, too, but its backward one begins with the padding.
//
// An executable of its own, since LibTorch carries another oneDNN. Built where
// oneDNN's files for developers are: apt-get install libdnnl-dev.
//
//   onednn_bench [--threads=2] [--rounds=5] [--shape=0] [--batch=0]
#include <omp.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "core/engine/packed_network.h"
#include "tests/bench/cases.h"
#include "tests/bench/contest.h"
#include "tests/bench/engine_answers.h"
#include "tests/bench/onednn_lstm.h"
#include "tests/bench/random_network.h"

namespace carousel {
namespace {

constexpr auto kF32 = dnnl::memory::data_type::f32;
constexpr auto kBf16 = dnnl::memory::data_type::bf16;

// A batch of texts, as each direction reads it.
struct Batch {
  std::vector<std::size_t> texts;
  std::vector<PaddedTokens> directions;
};

PaddedTokens Pad(const std::vector<EncodedText>& texts,
                 const std::vector<std::size_t>& rows, bool backwards) {
  PaddedTokens padded{.rows = static_cast<std::int64_t>(rows.size())};
  for (const std::size_t row : rows) {
    padded.time = std::max(padded.time,
                           static_cast<std::int64_t>(texts[row].tokens.size()));
  }
  padded.tokens.resize(static_cast<std::size_t>(padded.time * padded.rows));
  for (std::size_t row = 0; row < rows.size(); ++row) {
    const std::vector<TokenId>& tokens = texts[rows[row]].tokens;
    for (std::size_t t = 0; t < tokens.size(); ++t) {
      padded.tokens[t * rows.size() + row] =
          backwards ? tokens[tokens.size() - 1 - t] : tokens[t];
    }
  }
  return padded;
}

std::vector<Batch> Load(const Case& bench_case, bool bucketed, int directions) {
  std::vector<Batch> batches;
  for (std::vector<std::size_t>& rows : CutIntoBatches(bench_case, bucketed)) {
    Batch& batch = batches.emplace_back();
    for (int d = 0; d < directions; ++d) {
      batch.directions.push_back(Pad(bench_case.texts, rows, d == 1));
    }
    batch.texts = std::move(rows);
  }
  return batches;
}

// All directions.
class Onednn {
 public:
  Onednn(const RandomNetwork& network, dnnl::memory::data_type type)
      : network_(network) {
    const NetworkWeights weights = network.weights();
    for (const CellWeights& cell : weights.layers.front()) {
      directions_.push_back(std::make_unique<OnednnLstm>(network, cell, type));
    }
  }

  Contestant Enter(std::string name, const Case& bench_case,
                   const std::vector<Batch>& batches) {
    for (const Batch& batch : batches) {
      for (std::size_t d = 0; d < directions_.size(); ++d) {
        directions_[d]->Prepare(batch.directions[d]);
      }
    }
    return {std::move(name),
            [this, &batches] {
              for (const Batch& batch : batches) Run(batch);
            },
            [this, &bench_case, &batches] {
              return Probabilities(bench_case, batches);
            }};
  }

 private:
  void Run(const Batch& batch) {
    for (std::size_t d = 0; d < directions_.size(); ++d) {
      directions_[d]->Run(batch.directions[d]);
    }
  }

  std::vector<double> Probabilities(const Case& bench_case,
                                    const std::vector<Batch>& batches) {
    std::vector<double> all(bench_case.texts.size());
    for (const Batch& batch : batches) {
      Run(batch);
      std::vector<std::vector<float>> outputs;
      for (std::size_t d = 0; d < directions_.size(); ++d) {
        outputs.push_back(directions_[d]->Outputs(batch.directions[d]));
      }
      for (std::size_t row = 0; row < batch.texts.size(); ++row) {
        const std::size_t text = batch.texts[row];
        all[text] = Probability(
            outputs, row, batch.texts.size(),
            static_cast<std::int64_t>(bench_case.texts[text].tokens.size()));
      }
    }
    return all;
  }

  double Probability(const std::vector<std::vector<float>>& outputs,
                     std::size_t row, std::size_t rows,
                     std::int64_t length) const {
    const auto hidden = static_cast<std::size_t>(network_.config().hidden_size);
    std::vector<TextOutputs> of_text;
    for (const std::vector<float>& direction : outputs) {
      of_text.push_back({direction.data() + row * hidden,
                         static_cast<std::ptrdiff_t>(rows * hidden)});
    }
    return network_.Probability(of_text, length);
  }

  const RandomNetwork& network_;
  std::vector<std::unique_ptr<OnednnLstm>> directions_;
};

void Compare(const Case& bench_case, const PackedNetwork& ours, Onednn& f32,
             Onednn* bf16) {
  PrintHead(bench_case);
  const auto padded = Load(bench_case, false, ours.directions());
  const auto bucketed = Load(bench_case, true, ours.directions());
  std::vector<Contestant> contestants;
  const auto enter = [&](Onednn& peer, const std::string& name) {
    contestants.push_back(peer.Enter(name + " padded", bench_case, padded));
    if (bench_case.full_length || bench_case.batch == 1) return;
    contestants.push_back(peer.Enter(name + " bucketed", bench_case, bucketed));
  };
  const auto answers = [&] {
    return Answers(ours, bench_case, absl::GetFlag(FLAGS_threads),
                   OnOmpThreads);
  };
  enter(f32, "oneDNN");
  if (bf16 != nullptr) enter(*bf16, "oneDNN bf16");
  contestants.push_back({"engine=fused", answers, answers});
  Race(contestants, absl::GetFlag(FLAGS_rounds), bench_case.tokens);
}

void CompareShape(const Shape& shape) {
  std::printf("%s\n", shape.name);
  const RandomNetwork network(ConfigOf(shape));
  const PackedNetwork ours =
      PackNetwork(network.config(), network.weights(),
                  {.max_folded_bytes = kFoldedBytes}, OnOmpThreads);
  Onednn f32(network, kF32);
  std::unique_ptr<Onednn> bf16;
  if (OnednnLstm::Supports(kBf16)) {
    bf16 = std::make_unique<Onednn>(network, kBf16);
  }
  ForEachChosenCase([&](const Case& bench_case) {
    Compare(bench_case, ours, f32, bf16.get());
  });
}

}  // namespace
}  // namespace carousel

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  omp_set_num_threads(absl::GetFlag(FLAGS_threads));
  const dnnl_version_t* const version = dnnl_version();
  std::printf("%d threads, oneDNN %d.%d.%d, %s, kernels for %s\n",
              absl::GetFlag(FLAGS_threads), version->major, version->minor,
              version->patch,
              carousel::OnednnLstm::Supports(carousel::kBf16)
                  ? "f32 and bf16"
                  : "f32 (no bf16 LSTM for this processor)",
              std::string(carousel::BestGateKernels().target).c_str());
  carousel::ForEachChosenShape(carousel::CompareShape);
  return 0;
}
