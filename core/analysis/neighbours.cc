#include "core/analysis/neighbours.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/base/status_macros.h"
#include "core/base/strings.h"
#include "core/base/utf8.h"

namespace carousel {
namespace {

// Shorter than this a mean of unit vectors is rounding and points nowhere.
constexpr double kLeastLength = 1e-9;

struct Products {
  double dot = 0;     // a . b
  double square = 0;  // a . a
};

// Sums in lanes, which the compiler keeps in vector registers; one sum alone
// would wait for each addition.
Products Multiply(std::span<const float> a, std::span<const double> b) {
  constexpr std::size_t kLanes = 8;
  std::array<double, kLanes> dot = {};
  std::array<double, kLanes> square = {};
  std::size_t i = 0;
  for (; i + kLanes <= a.size(); i += kLanes) {
    for (std::size_t lane = 0; lane < kLanes; ++lane) {
      const double value = a[i + lane];
      dot[lane] += value * b[i + lane];
      square[lane] += value * value;
    }
  }
  Products sums;
  for (; i < a.size(); ++i) {
    const double value = a[i];
    sums.dot += value * b[i];
    sums.square += value * value;
  }
  for (std::size_t lane = 0; lane < kLanes; ++lane) {
    sums.dot += dot[lane];
    sums.square += square[lane];
  }
  return sums;
}

double Length(std::span<const double> vector) {
  double square = 0;
  for (const double value : vector) square += value * value;
  return std::sqrt(square);
}

// Where the words of a query point together, at unit length.
struct Direction {
  std::vector<double> unit;
  absl::flat_hash_set<std::string> words;  // those that have a vector
  std::vector<std::string> unknown;
};

void Add(const WordVectors& vectors, const std::string& word, double sign,
         Direction& direction) {
  const std::span<const float> vector = vectors.Find(word);
  if (vector.empty()) {
    if (std::ranges::find(direction.unknown, word) == direction.unknown.end()) {
      direction.unknown.push_back(word);
    }
    return;
  }
  direction.words.insert(word);
  const double length = std::sqrt(Multiply(vector, direction.unit).square);
  if (length == 0) return;
  for (std::size_t i = 0; i < vector.size(); ++i) {
    direction.unit[i] += sign * vector[i] / length;
  }
}

absl::StatusOr<Direction> FindDirection(const WordVectors& vectors,
                                        const NeighbourQuery& query) {
  Direction direction;
  direction.unit.resize(vectors.dimension());
  for (const std::string& word : query.positive) {
    Add(vectors, word, 1, direction);
  }
  for (const std::string& word : query.negative) {
    Add(vectors, word, -1, direction);
  }
  if (direction.words.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "there is no vector for ",
        absl::StrJoin(direction.unknown, ", ",
                      [](std::string* out, const std::string& word) {
                        absl::StrAppend(out, Quote(word));
                      })));
  }
  const double length = Length(direction.unit);
  if (length < kLeastLength) {
    return absl::InvalidArgumentError(
        "the words cancel each other out: the mean of their vectors is zero, "
        "which points nowhere");
  }
  for (double& value : direction.unit) value /= length;
  return direction;
}

absl::Status Check(const NeighbourQuery& query) {
  const std::size_t words = query.positive.size() + query.negative.size();
  if (words < 1 || words > kMaxNeighbourWords) {
    return absl::InvalidArgumentError(absl::StrCat(
        "there are ", words, " words; it must be 1 to ", kMaxNeighbourWords));
  }
  if (query.count < 1 || query.count > kMaxNeighbours) {
    return absl::InvalidArgumentError(absl::StrCat(
        "count is ", query.count, "; it must be in [1, ", kMaxNeighbours, "]"));
  }
  return absl::OkStatus();
}

// A row of the vectors and its cosine. The nearer one, or the earlier of two
// that are equally near, is less.
struct Candidate {
  double cosine = 0;
  std::size_t row = 0;
  bool operator<(const Candidate& other) const {
    return cosine != other.cosine ? cosine > other.cosine : row < other.row;
  }
};

}  // namespace

absl::StatusOr<Neighbours> FindNeighbours(const WordVectors& vectors,
                                          const NeighbourQuery& query,
                                          const Vocabulary* counts) {
  RETURN_IF_ERROR(Check(query));
  ASSIGN_OR_RETURN(Direction direction, FindDirection(vectors, query));
  Neighbours result;
  result.unknown = std::move(direction.unknown);
  std::vector<Candidate> nearest;  // a heap, the farthest on top
  for (std::size_t row = 0; row < vectors.size(); ++row) {
    const std::string& word = vectors.word(row);
    if (direction.words.contains(word) || FindInvalidUtf8(word)) continue;
    ++result.words;
    const auto [dot, square] = Multiply(vectors.vector(row), direction.unit);
    const double cosine = square > 0 ? dot / std::sqrt(square) : 0;
    // Rounding may leave parallel vectors a hair outside.
    const Candidate candidate{std::clamp(cosine, -1.0, 1.0), row};
    if (nearest.size() == query.count) {
      if (!(candidate < nearest.front())) continue;
      std::ranges::pop_heap(nearest, std::less<>());
      nearest.pop_back();
    }
    nearest.push_back(candidate);
    std::ranges::push_heap(nearest, std::less<>());
  }
  std::ranges::sort(nearest, std::less<>());
  for (const auto& [cosine, row] : nearest) {
    const std::string& word = vectors.word(row);
    const TokenId id = counts == nullptr ? kUnknownId : counts->Find(word);
    result.neighbours.push_back(
        {.word = word,
         .cosine = cosine,
         .count = id == kUnknownId ? 0 : counts->count(id)});
  }
  return result;
}

}  // namespace carousel
