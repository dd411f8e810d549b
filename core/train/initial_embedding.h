// What the embedding holds before the first step.
#ifndef CAROUSEL_CORE_TRAIN_INITIAL_EMBEDDING_H_
#define CAROUSEL_CORE_TRAIN_INITIAL_EMBEDDING_H_

#include <cstdint>
#include <vector>

#include "core/text/vocabulary.h"
#include "core/text/word_vectors.h"

namespace carousel {

// The initial embedding [vocabulary, dimension], row-major: a word's
// pre-trained vector; small random values (seeded) with the vectors' own
// spread for a word that has none and for the unknown word; zeros for padding.
std::vector<float> InitialEmbedding(const Vocabulary& vocabulary,
                                    const WordVectors& vectors,
                                    std::uint64_t seed);

}  // namespace carousel

#endif  // CAROUSEL_CORE_TRAIN_INITIAL_EMBEDDING_H_
