#include "tests/support/tiny_model.h"

#include <ATen/ATen.h>

#include <cstdint>

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

}  // namespace

const std::vector<std::string>& TinyModelWords() {
  static const auto* const words = new std::vector<std::string>{
      "the",   "film",  "was",       "a",        "good", "bad",
      "great", "awful", "wonderful", "terrible", "and",  "not"};
  return *words;
}

absl::Status WriteTinyModel(const std::filesystem::path& folder, int seed) {
  const Vocabulary vocabulary = TinyVocabulary();
  ModelConfig config;
  config.text.keep_punctuation = false;
  config.max_tokens = 16;
  config.vocabulary_size = static_cast<std::int64_t>(vocabulary.size());
  config.embedding_size = kEmbeddingSize;
  config.hidden_size = 4;
  config.label_names = {"neg", "pos"};
  at::manual_seed(static_cast<std::uint64_t>(seed));
  const SentimentLstm model(config,
                            at::randn({config.vocabulary_size, kEmbeddingSize}),
                            /*forget_bias=*/1, GetKernel(Engine::kReference));
  RETURN_IF_ERROR(SaveModel(model, vocabulary, folder));
  RETURN_IF_ERROR(WriteFileAtomically(folder / kMetricsFile, "{}"));
  return WriteFileAtomically(folder / kProvenanceFile, R"({"seed": 1})");
}

}  // namespace carousel
