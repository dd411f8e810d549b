#include "core/analysis/projection.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "core/analysis/principal_components.h"
#include "core/analysis/sentiment_words.h"
#include "core/base/status_macros.h"

namespace carousel {
namespace {

// The words, each once, in order.
std::vector<std::string> Distinct(std::span<const std::string> words) {
  absl::flat_hash_set<std::string> seen;
  std::vector<std::string> distinct;
  for (const std::string& word : words) {
    if (seen.insert(word).second) distinct.push_back(word);
  }
  return distinct;
}

std::optional<double> CosineIfKnown(const WordVectors& vectors,
                                    std::string_view a, std::string_view b) {
  const std::span<const float> first = vectors.Find(a);
  const std::span<const float> second = vectors.Find(b);
  if (first.empty() || second.empty()) return std::nullopt;
  return Cosine(first, second);
}

std::vector<ProjectionPair> FindPairs(const WordVectors& vectors,
                                      const WordVectors* initial,
                                      std::span<const ProjectionPoint> points) {
  absl::flat_hash_set<std::string> shown;
  for (const ProjectionPoint& point : points) shown.insert(point.word);
  std::vector<ProjectionPair> pairs;
  for (const auto& [a, b, relation] : WordPairs()) {
    ProjectionPair pair{std::string(a), std::string(b), std::string(relation)};
    if (!shown.contains(pair.a) || !shown.contains(pair.b)) continue;
    pair.cosine = Cosine(vectors.Find(a), vectors.Find(b));
    if (initial != nullptr) pair.initial_cosine = CosineIfKnown(*initial, a, b);
    pairs.push_back(std::move(pair));
  }
  return pairs;
}

std::int64_t CountOf(const Vocabulary* counts, std::string_view word) {
  if (counts == nullptr) return 0;
  const TokenId id = counts->Find(word);
  return id == kUnknownId ? 0 : counts->count(id);
}

// The coordinates of `vector`, as seen from `origin`, along the components.
std::vector<double> Place(const PrincipalComponents& pca,
                          std::span<const double> origin,
                          std::span<const float> vector) {
  std::vector<double> position(pca.dimensions, 0.0);
  for (std::size_t d = 0; d < pca.dimensions; ++d) {
    const double* const component = &pca.components[d * vector.size()];
    for (std::size_t i = 0; i < vector.size(); ++i) {
      position[d] += (vector[i] - origin[i]) * component[i];
    }
  }
  return position;
}

// What each component explains of the variance of `vectors` about their own
// mean; 0 where they are all equal.
std::vector<double> ShareExplained(
    const PrincipalComponents& pca,
    const std::vector<std::span<const float>>& vectors) {
  std::vector<double> mean(pca.mean.size(), 0.0);
  for (const auto& vector : vectors) {
    for (std::size_t i = 0; i < mean.size(); ++i) {
      mean[i] += vector[i] / static_cast<double>(vectors.size());
    }
  }
  double total = 0;
  std::vector<double> explained(pca.dimensions, 0.0);
  for (const auto& vector : vectors) {
    for (std::size_t i = 0; i < mean.size(); ++i) {
      total += (vector[i] - mean[i]) * (vector[i] - mean[i]);
    }
    const std::vector<double> position = Place(pca, mean, vector);
    for (std::size_t d = 0; d < pca.dimensions; ++d) {
      explained[d] += position[d] * position[d];
    }
  }
  for (double& share : explained) share = total > 0 ? share / total : 0;
  return explained;
}

absl::Status PlaceInitial(const PrincipalComponents& pca,
                          const WordVectors& initial, Projection& projection) {
  if (initial.dimension() != pca.mean.size()) {
    return absl::FailedPreconditionError(
        absl::StrCat("the vectors before training have ", initial.dimension(),
                     " numbers a word; those after it have ", pca.mean.size()));
  }
  std::vector<std::span<const float>> found;
  for (ProjectionPoint& point : projection.points) {
    const std::span<const float> vector = initial.Find(point.word);
    if (vector.empty()) continue;
    found.push_back(vector);
    point.initial_position = Place(pca, pca.mean, vector);
  }
  projection.initial_explained_variance = ShareExplained(pca, found);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Projection> ProjectWords(const WordVectors& vectors,
                                        std::span<const std::string> words,
                                        std::size_t dimensions,
                                        const ProjectionExtras& extras) {
  const std::vector<std::string> distinct = Distinct(words);
  if (distinct.size() > kMaxProjectionWords) {
    return absl::InvalidArgumentError(absl::StrCat(
        "there are ", distinct.size(), " words; a projection takes at most ",
        kMaxProjectionWords));
  }
  Projection projection;
  std::vector<float> values;
  for (const std::string& word : distinct) {
    const std::span<const float> vector = vectors.Find(word);
    if (vector.empty()) {
      projection.unknown.push_back(word);
      continue;
    }
    values.insert(values.end(), vector.begin(), vector.end());
    projection.points.push_back({.word = word,
                                 .count = CountOf(extras.counts, word),
                                 .sentiment = WordSentiment(word)});
  }
  const std::size_t known = projection.points.size();
  if (known <= dimensions) {
    return absl::InvalidArgumentError(absl::StrCat(
        known, " of the ", distinct.size(), " words have a vector; ",
        dimensions, " dimensions need at least ", dimensions + 1));
  }
  ASSIGN_OR_RETURN(PrincipalComponents pca,
                   ComputePrincipalComponents(values, known,
                                              vectors.dimension(), dimensions));
  for (std::size_t i = 0; i < known; ++i) {
    const auto first = pca.positions.begin() + i * dimensions;
    projection.points[i].position.assign(first, first + dimensions);
  }
  if (extras.initial != nullptr) {
    RETURN_IF_ERROR(PlaceInitial(pca, *extras.initial, projection));
  }
  projection.explained_variance = std::move(pca.explained_variance);
  projection.pairs = FindPairs(vectors, extras.initial, projection.points);
  return projection;
}

double Cosine(std::span<const float> a, std::span<const float> b) {
  double dot = 0;
  double aa = 0;
  double bb = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    dot += static_cast<double>(a[i]) * b[i];
    aa += static_cast<double>(a[i]) * a[i];
    bb += static_cast<double>(b[i]) * b[i];
  }
  if (aa == 0 || bb == 0) return 0;
  // Rounding may leave parallel vectors a hair outside.
  return std::clamp(dot / std::sqrt(aa * bb), -1.0, 1.0);
}

}  // namespace carousel
