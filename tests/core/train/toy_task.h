// A task that a tiny LSTM learns in seconds: a text is positive when the word
// "good" is in it, negative when "bad" is, somewhere among neutral words.
#ifndef CAROUSEL_TESTS_CORE_TRAIN_TOY_TASK_H_
#define CAROUSEL_TESTS_CORE_TRAIN_TOY_TASK_H_

#include <cstdint>
#include <filesystem>
#include <memory>
#include <random>
#include <stop_token>
#include <vector>

#include "core/train/trainer.h"

namespace carousel {

inline constexpr std::int64_t kToyVocabulary = 24;
inline constexpr std::int64_t kToyEmbedding = 6;

inline LabelledTexts MakeToyTexts(std::size_t count, std::uint64_t seed) {
  constexpr TokenId kGood = 2;
  constexpr TokenId kBad = 3;
  constexpr TokenId kFirstNeutral = 4;
  std::mt19937_64 generator(seed);
  LabelledTexts result;
  for (std::size_t i = 0; i < count; ++i) {
    EncodedText text;
    const std::size_t length = 3 + generator() % 8;
    for (std::size_t t = 0; t < length; ++t) {
      text.tokens.push_back(static_cast<TokenId>(
          kFirstNeutral + generator() % (kToyVocabulary - kFirstNeutral)));
    }
    const bool positive = i % 2 == 0;
    text.tokens[generator() % length] = positive ? kGood : kBad;
    text.token_count = static_cast<std::int64_t>(length);
    result.texts.push_back(text);
    result.labels.push_back(positive ? 1 : 0);
  }
  return result;
}

inline std::vector<float> MakeToyEmbedding() {
  std::mt19937_64 generator(7);
  std::vector<float> embedding(kToyVocabulary * kToyEmbedding);
  for (float& value : embedding) {
    value = static_cast<float>(generator() % 2001) / 1000 - 1;
  }
  return embedding;
}

// Tiny and quick to learn; everything else as the textbook has it.
inline HyperParameters ToyParameters() {
  HyperParameters parameters;
  parameters.epochs = 3;
  parameters.batch_size = 4;
  parameters.hidden_size = 8;
  parameters.learning_rate = 0.02;
  parameters.max_tokens = 12;
  return parameters;
}

inline ModelConfig ToyConfig(const HyperParameters& parameters) {
  return {.max_tokens = parameters.max_tokens,
          .truncation = parameters.truncate,
          .vocabulary_size = kToyVocabulary,
          .embedding_size = kToyEmbedding,
          .hidden_size = parameters.hidden_size,
          .layers = parameters.layers,
          .bidirectional = parameters.bidirectional,
          .pooling = parameters.pooling};
}

}  // namespace carousel

#endif  // CAROUSEL_TESTS_CORE_TRAIN_TOY_TASK_H_
