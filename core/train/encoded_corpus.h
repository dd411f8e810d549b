// A dataset as training reads it: a vocabulary, and texts as token indices.
#ifndef CAROUSEL_CORE_TRAIN_ENCODED_CORPUS_H_
#define CAROUSEL_CORE_TRAIN_ENCODED_CORPUS_H_

#include <cstdint>
#include <stop_token>

#include "absl/status/statusor.h"
#include "core/data/dataset.h"
#include "core/text/vocabulary.h"
#include "core/train/hyperparameters.h"
#include "core/train/labelled_texts.h"

namespace carousel {

struct EncodedCorpus {
  Vocabulary vocabulary;  // of the training texts alone
  LabelledTexts train;
  LabelledTexts validation;
  // Tokens of the training texts before any cut, unknown words included.
  std::int64_t train_tokens = 0;
  // Texts of both splits that are left out because cleaning leaves no token.
  std::int64_t skipped_texts = 0;
};

// Never looks at the test split. `max_examples` keeps the first training texts
// of a seeded permutation, in the dataset's order, and leaves validation whole.
// INVALID_ARGUMENT when no word of the training texts is seen `min_count`
// times: a model would have the unknown word alone to learn from. CANCELLED
// when `stop` was requested.
absl::StatusOr<EncodedCorpus> EncodeCorpus(const Dataset& dataset,
                                           const HyperParameters& parameters,
                                           const std::stop_token& stop);

}  // namespace carousel

#endif  // CAROUSEL_CORE_TRAIN_ENCODED_CORPUS_H_
