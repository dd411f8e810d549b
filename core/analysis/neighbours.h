// The words whose vectors point most nearly where some others do.
#ifndef CAROUSEL_CORE_ANALYSIS_NEIGHBOURS_H_
#define CAROUSEL_CORE_ANALYSIS_NEIGHBOURS_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/text/vocabulary.h"
#include "core/text/word_vectors.h"

namespace carousel {

inline constexpr std::size_t kMaxNeighbourWords = 100;
inline constexpr std::size_t kMaxNeighbours = 1000;

struct NeighbourQuery {
  std::vector<std::string> positive;  // added
  std::vector<std::string> negative;  // subtracted
  std::size_t count = 10;             // how many neighbours
};

struct Neighbour {
  std::string word;
  double cosine = 0;
  std::int64_t count = 0;  // in the training texts; 0 when not known
};

struct Neighbours {
  std::vector<Neighbour> neighbours;  // nearest first
  std::vector<std::string> unknown;   // of the query, each once
  std::int64_t words = 0;             // that were compared
};

// Compares every word but those of the query with the mean of the query's
// words, each at unit length and with its sign, as gensim's most_similar does
// (3CosAdd of Levy and Goldberg, 2014); a word that is given twice counts
// twice, one that has no vector for nothing. Equal cosines stand in the order
// of the vectors. A word that is not UTF-8 is not compared: no answer could
// spell it. The work is in double precision. `counts` is null or the vocabulary
// whose counts the neighbours show.
//
// INVALID_ARGUMENT for no words, none of them known, more than 100, a count
// that is not in [1, 1000], and words that cancel each other out.
absl::StatusOr<Neighbours> FindNeighbours(const WordVectors& vectors,
                                          const NeighbourQuery& query,
                                          const Vocabulary* counts);

}  // namespace carousel

#endif  // CAROUSEL_CORE_ANALYSIS_NEIGHBOURS_H_
