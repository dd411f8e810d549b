#include "tests/support/tiny_model.h"

#include <ATen/ATen.h>

#include <cstdint>
#include <limits>

#include "core/base/files.h"
#include "core/base/status_macros.h"
#include "core/engine/engine.h"
#include "core/nn/model_config.h"
#include "core/nn/model_folder.h"
#include "core/nn/sentiment_lstm.h"
#include "core/text/vocabulary.h"

namespace carousel {
namespace {

constexpr std::int64_t kEmbeddingSize = 8;

Vocabulary TinyVocabulary() {
  WordCounts counts;
  std::int64_t count = 1000;
  for (const std::string& word : TinyModelWords()) counts.Add(word, count--);
  return Vocabulary::Build(counts, /*min_count=*/1, /*max_size=*/1000);
}

SentimentLstm MakeTinyModel(const Vocabulary& vocabulary, int seed,
                            ModelConfig config = {}) {
  config.text.keep_punctuation = false;
  config.max_tokens = 16;
  config.vocabulary_size = static_cast<std::int64_t>(vocabulary.size());
  config.embedding_size = kEmbeddingSize;
  config.hidden_size = 4;
  config.label_names = {"neg", "pos"};
  at::manual_seed(static_cast<std::uint64_t>(seed));
  return SentimentLstm(config,
                       at::randn({config.vocabulary_size, kEmbeddingSize}),
                       /*forget_bias=*/1, GetKernel(Engine::kReference));
}

// Finite weights, as a file must hold them; but each unit of h is about 1, and
// the sum of four times the largest float is infinite in whichever order it is
// taken.
void LetOverflow(const SentimentLstm& model) {
  for (const NamedParameter& parameter : model.parameters()) {
    const at::Tensor value = parameter.tensor.detach();
    if (parameter.name == "head.weight") {
      value.fill_(std::numeric_limits<float>::max());
    } else if (parameter.name.starts_with("layers.")) {
      value.fill_(value.dim() == 1 ? 10 : 0);  // biases alone open the gates
    }
  }
}

absl::Status WriteModel(const SentimentLstm& model,
                        const Vocabulary& vocabulary,
                        const std::filesystem::path& folder) {
  RETURN_IF_ERROR(SaveModel(model, vocabulary, folder));
  RETURN_IF_ERROR(WriteFileAtomically(folder / kMetricsFile, "{}"));
  return WriteFileAtomically(folder / kProvenanceFile, R"({"seed": 1})");
}

}  // namespace

const std::vector<std::string>& TinyModelWords() {
  static const auto* const words = new std::vector<std::string>{
      "the",   "film",  "was",       "a",        "good", "bad",
      "great", "awful", "wonderful", "terrible", "and",  "not"};
  return *words;
}

absl::Status WriteTinyModel(const std::filesystem::path& folder, int seed) {
  const Vocabulary vocabulary = TinyVocabulary();
  return WriteModel(MakeTinyModel(vocabulary, seed), vocabulary, folder);
}

absl::Status WriteStreamableModel(const std::filesystem::path& folder) {
  const Vocabulary vocabulary = TinyVocabulary();
  const SentimentLstm model = MakeTinyModel(
      vocabulary, /*seed=*/1,
      {.truncation = Truncation::kHead, .pooling = Pooling::kConcat});
  return WriteModel(model, vocabulary, folder);
}

absl::Status WriteOverflowingModel(const std::filesystem::path& folder) {
  const Vocabulary vocabulary = TinyVocabulary();
  const SentimentLstm model = MakeTinyModel(vocabulary, /*seed=*/1);
  LetOverflow(model);
  return WriteModel(model, vocabulary, folder);
}

}  // namespace carousel
