// Word vectors as points that can be looked at.
#ifndef CAROUSEL_CORE_ANALYSIS_PROJECTION_H_
#define CAROUSEL_CORE_ANALYSIS_PROJECTION_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/text/vocabulary.h"
#include "core/text/word_vectors.h"

namespace carousel {

inline constexpr std::size_t kMaxProjectionWords = 5000;

struct ProjectionPoint {
  std::string word;
  std::vector<double> position;
  std::int64_t count = 0;  // in the training texts; 0 when not known
  int sentiment = 0;       // WordSentiment
  // Before training; empty when not asked for, and for a word that the vectors
  // did not have: it began at random.
  std::vector<double> initial_position;
};

struct ProjectionPair {
  std::string a, b, relation;
  double cosine = 0;  // in the full space, not in the picture
  std::optional<double> initial_cosine;  // before training, where it is known
};

struct Projection {
  std::vector<ProjectionPoint> points;  // in the order of the words asked for
  std::vector<double> explained_variance;
  std::vector<ProjectionPair> pairs;  // whose words are both among the points
  std::vector<std::string> unknown;   // asked for, but there is no vector
  // What the same axes explain of where the words stood before training; empty
  // unless asked for.
  std::vector<double> initial_explained_variance;
};

// What there is beside the vectors; each may be null.
struct ProjectionExtras {
  const Vocabulary* counts = nullptr;    // whose counts the points show
  const WordVectors* initial = nullptr;  // what the vectors were once
};

// Projects `words` (repeats ignored) by centred PCA. Axes and origin are those
// of `vectors`, with or without `extras.initial`: where a word stood before is
// the same map of its former vector, so that what moves in the picture moved in
// the space. INVALID_ARGUMENT when fewer than dimensions + 1 of them have a
// vector, or there are more than 5,000; FAILED_PRECONDITION when the former
// vectors are of another dimension.
absl::StatusOr<Projection> ProjectWords(const WordVectors& vectors,
                                        std::span<const std::string> words,
                                        std::size_t dimensions,
                                        const ProjectionExtras& extras);

// The cosine of the angle between vectors of equal length; 0 when one of them
// is all zeros.
double Cosine(std::span<const float> a, std::span<const float> b);

}  // namespace carousel

#endif  // CAROUSEL_CORE_ANALYSIS_PROJECTION_H_
