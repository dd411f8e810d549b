// Models that are small enough to compare number by number.
#ifndef CAROUSEL_TESTS_CORE_NN_SMALL_MODEL_H_
#define CAROUSEL_TESTS_CORE_NN_SMALL_MODEL_H_

#include <ATen/ATen.h>

#include <cstdint>
#include <vector>

#include "core/engine/engine.h"
#include "core/nn/sentiment_lstm.h"

namespace carousel {

inline constexpr std::int64_t kSmallVocabulary = 20;

inline ModelConfig SmallConfig(Pooling pooling, bool bidirectional,
                               std::int64_t layers = 1) {
  return {.vocabulary_size = kSmallVocabulary,
          .embedding_size = 6,
          .hidden_size = 5,
          .layers = layers,
          .bidirectional = bidirectional,
          .pooling = pooling};
}

// The same weights whichever the kernel. One thread from here on: these tensors
// are too small to share.
inline SentimentLstm MakeSmallModel(const ModelConfig& config,
                                    const LstmKernel& kernel) {
  SetTorchThreads(1);
  at::manual_seed(11);
  return SentimentLstm(config,
                       at::randn({kSmallVocabulary, config.embedding_size}),
                       /*forget_bias=*/1, kernel);
}

inline SentimentLstm MakeSmallModel(const ModelConfig& config,
                                    Engine engine = Engine::kReference) {
  return MakeSmallModel(config, GetKernel(engine));
}

// Texts of tokens, padded at their ends.
inline BatchTensors MakeBatchOf(std::vector<std::vector<std::int64_t>> texts,
                                std::int64_t columns) {
  Batch batch;
  batch.rows = static_cast<std::int64_t>(texts.size());
  batch.time = columns;
  for (std::vector<std::int64_t>& text : texts) {
    batch.lengths.push_back(static_cast<std::int64_t>(text.size()));
    text.resize(static_cast<std::size_t>(columns), kPaddingId);
    batch.tokens.insert(batch.tokens.end(), text.begin(), text.end());
  }
  return ToTensors(batch);
}

}  // namespace carousel

#endif  // CAROUSEL_TESTS_CORE_NN_SMALL_MODEL_H_
