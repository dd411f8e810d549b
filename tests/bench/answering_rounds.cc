// The engine's side of ort_bench.py, which has the other one: does what each
// line of the standard input asks for, and answers with a line.
//
//   case BATCH full|reviews   writes the texts to FOLDER: tokens.i64, one text
//                             after the other, and lengths.i64
//   run                       reads them, and prints the seconds
//   answer                    writes probabilities.f64
//
// Before, it writes the weights: embedding.f32, weightD.f32 and biasD.f32 of
// each direction (CellWeights in core/engine/packed_network.h), head.f32.
//
//   answering_rounds --folder=FOLDER --shape=1 [--threads=2]
#include <omp.h>

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "core/engine/packed_network.h"
#include "tests/bench/cases.h"
#include "tests/bench/contest.h"
#include "tests/bench/engine_answers.h"
#include "tests/bench/random_network.h"

ABSL_FLAG(std::string, folder, "", "Where to write; it is there");

namespace carousel {
namespace {

template <typename Number>
void Write(const std::string& name, const Number* numbers, std::size_t count) {
  std::ofstream file(std::filesystem::path(absl::GetFlag(FLAGS_folder)) / name,
                     std::ios::binary);
  file.write(reinterpret_cast<const char*>(numbers),
             static_cast<std::streamsize>(count * sizeof(Number)));
}

void WriteWeights(const RandomNetwork& network) {
  const ModelConfig& config = network.config();
  const NetworkWeights weights = network.weights();
  Write("embedding.f32", weights.embedding, network.embedding().size());
  const std::int64_t outputs = 4 * config.hidden_size;
  const std::int64_t inputs = config.hidden_size + config.embedding_size;
  for (std::size_t d = 0; d < weights.layers.front().size(); ++d) {
    const CellWeights& cell = weights.layers.front()[d];
    Write("weight" + std::to_string(d) + ".f32", cell.weight,
          static_cast<std::size_t>(outputs * inputs));
    Write("bias" + std::to_string(d) + ".f32", cell.bias,
          static_cast<std::size_t>(outputs));
  }
  Write("head.f32", weights.head,
        static_cast<std::size_t>(config.pooled_size()));
}

void WriteTexts(const Case& bench_case) {
  std::vector<std::int64_t> lengths;
  std::vector<std::int64_t> tokens;
  for (const EncodedText& text : bench_case.texts) {
    lengths.push_back(static_cast<std::int64_t>(text.tokens.size()));
    tokens.insert(tokens.end(), text.tokens.begin(), text.tokens.end());
  }
  Write("lengths.i64", lengths.data(), lengths.size());
  Write("tokens.i64", tokens.data(), tokens.size());
}

void Serve(const PackedNetwork& network) {
  Case bench_case;
  const auto answers = [&] {
    return Answers(network, bench_case, absl::GetFlag(FLAGS_threads),
                   OnOmpThreads);
  };
  std::string command;
  while (std::cin >> command) {
    if (command == "case") {
      std::size_t batch = 0;
      std::string lengths;
      std::cin >> batch >> lengths;
      bench_case = MakeCase(batch, lengths == "full");
      WriteTexts(bench_case);
      std::cout << "written" << std::endl;
    } else if (command == "run") {
      std::cout << Seconds(answers) << std::endl;
    } else if (command == "answer") {
      const std::vector<double> probabilities = answers();
      Write("probabilities.f64", probabilities.data(), probabilities.size());
      std::cout << "written" << std::endl;
    }
  }
}

}  // namespace
}  // namespace carousel

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  omp_set_num_threads(absl::GetFlag(FLAGS_threads));
  const carousel::RandomNetwork network(
      carousel::ConfigOf(carousel::ShapeOf(absl::GetFlag(FLAGS_shape))));
  carousel::WriteWeights(network);
  const carousel::PackedNetwork packed = carousel::PackNetwork(
      network.config(), network.weights(),
      {.max_folded_bytes = carousel::kFoldedBytes}, carousel::OnOmpThreads);
  std::cout << "kernels for " << packed.kernels->target << std::endl;
  carousel::Serve(packed);
  return 0;
}
