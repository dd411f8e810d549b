// Whether a model may answer in bfloat16: reads texts from a file, answers them
// in f32 and in bf16 as `carouseld --serving_precision` does, and says how many
// labels are equal and how far probabilities are apart. Exits with 1 when fewer
// are equal than asked for.
//
//   precision_gate MODEL_FOLDER FILE.csv[.gz]
//     [--text_column=review] [--texts=5000] [--threads=2] [--least_equal=0.998]
//
// MODEL_FOLDER is a version's folder, DATA_DIR/models/NAME/VERSION.
#include <c10/core/InferenceMode.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdio>
#include <iostream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "core/base/byte_source.h"
#include "core/base/csv_reader.h"
#include "core/base/seconds.h"
#include "core/base/status_macros.h"
#include "core/engine/engine.h"
#include "core/engine/network_weights.h"
#include "core/engine/reading_loop.h"
#include "core/engine/torch_threads.h"
#include "core/nn/model_folder.h"
#include "core/nn/probability.h"
#include "core/text/encoder.h"
#include "tests/bench/engine_answers.h"

ABSL_FLAG(std::string, text_column, "review", "The column of the texts");
ABSL_FLAG(std::int64_t, texts, 5000, "The first so many");
ABSL_FLAG(int, threads, 2, "That answer");
ABSL_FLAG(double, least_equal, 0.998, "The share of labels that must be equal");

namespace carousel {
namespace {

absl::StatusOr<std::vector<EncodedText>> ReadFile(const std::string& path,
                                                  const TextEncoder& encoder) {
  ASSIGN_OR_RETURN(const std::unique_ptr<ByteSource> source,
                   OpenByteSource(path));
  ASSIGN_OR_RETURN(const std::unique_ptr<CsvReader> reader,
                   CsvReader::Create(*source));
  ASSIGN_OR_RETURN(const std::size_t column,
                   reader->FindColumn(absl::GetFlag(FLAGS_text_column)));
  std::vector<EncodedText> texts;
  std::vector<std::string> fields;
  while (std::ssize(texts) < absl::GetFlag(FLAGS_texts)) {
    ASSIGN_OR_RETURN(const bool more, reader->Next(fields));
    if (!more) break;
    ASSIGN_OR_RETURN(texts.emplace_back(), encoder.Encode(fields[column]));
  }
  if (texts.empty()) return absl::InvalidArgumentError("there are no texts");
  return texts;
}

std::vector<double> Answer(const SentimentLstm& model, Precision precision,
                           const std::vector<EncodedText>& texts) {
  const PackedNetwork network = PackModel(
      model, {.max_folded_bytes = kFoldedBytes, .precision = precision});
  const auto begin = std::chrono::steady_clock::now();
  std::vector<double> logits =
      ReadTexts(network, texts, TorchThreads(), OnTorchThreads);
  std::printf("%-4s %5.1f MiB, %.2f s\n",
              std::string(ToString(precision)).c_str(),
              static_cast<double>(network.bytes) / (1 << 20),
              Seconds(std::chrono::steady_clock::now() - begin));
  return logits;
}

// The share of labels that are equal.
absl::StatusOr<double> Compare(const std::string& folder,
                               const std::string& file) {
  ASSIGN_OR_RETURN(LoadedModel loaded,
                   LoadModel(folder, GetKernel(Engine::kFused)));
  const TextEncoder encoder(loaded.config.text, std::move(loaded.vocabulary),
                            static_cast<std::size_t>(loaded.config.max_tokens),
                            loaded.config.truncation);
  ASSIGN_OR_RETURN(const std::vector<EncodedText> texts,
                   ReadFile(file, encoder));
  const c10::InferenceMode inference;
  const std::vector<double> f32 = Answer(*loaded.model, Precision::kF32, texts);
  const std::vector<double> bf16 =
      Answer(*loaded.model, Precision::kBf16, texts);
  std::size_t equal = 0;
  double largest = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    // What is no number has no label.
    const bool finite = std::isfinite(f32[i]) && std::isfinite(bf16[i]);
    equal += finite && (f32[i] >= 0) == (bf16[i] >= 0) ? 1 : 0;
    largest = std::max(
        largest, std::abs(ToProbability(f32[i]) - ToProbability(bf16[i])));
  }
  const double share =
      static_cast<double>(equal) / static_cast<double>(texts.size());
  std::printf("%zu of %zu labels equal (%.2f %%), probabilities within %.2g\n",
              equal, texts.size(), 100 * share, largest);
  return share;
}

}  // namespace
}  // namespace carousel

int main(int argc, char** argv) {
  const std::vector<char*> arguments = absl::ParseCommandLine(argc, argv);
  if (arguments.size() != 3) {
    std::cerr << "precision_gate MODEL_FOLDER FILE.csv[.gz]\n";
    return 2;
  }
  carousel::FlushDenormals();  // as the server
  carousel::SetTorchThreads(absl::GetFlag(FLAGS_threads));
  const auto equal = carousel::Compare(arguments[1], arguments[2]);
  if (!equal.ok()) {
    std::cerr << equal.status().message() << '\n';
    return 2;
  }
  return *equal >= absl::GetFlag(FLAGS_least_equal) ? 0 : 1;
}
