#include "tests/bench/cases.h"

#include <algorithm>
#include <cstdio>
#include <numeric>
#include <random>

#include "absl/flags/flag.h"
#include "tests/bench/review_lengths.h"

ABSL_FLAG(int, threads, 2, "Threads of each contestant");
ABSL_FLAG(int, rounds, 5, "Counted rounds of each contestant and case");
ABSL_FLAG(int, shape, 0, "1 or 2: that shape alone; 0: both");
ABSL_FLAG(int, batch, 0, "1, 8, 64 or 256: that batch alone; 0: all");

namespace carousel {
namespace {

constexpr std::int64_t kVocabulary = 30000;
constexpr std::int64_t kLongest = 400;
constexpr std::int64_t kFullLength = 200;

constexpr Shape kShapes[] = {{"E300 H256, one direction", 300, 256, false},
                             {"E100 H128, two directions", 100, 128, true}};

// Enough for some batches, and for a round of a moment.
int TextsFor(std::size_t batch) {
  return batch >= 64 ? 512 : batch == 8 ? 96 : 24;
}

}  // namespace

const Shape& ShapeOf(int number) { return kShapes[number - 1]; }

ModelConfig ConfigOf(const Shape& shape) {
  ModelConfig config;
  config.vocabulary_size = kVocabulary;
  config.embedding_size = shape.embedding;
  config.hidden_size = shape.hidden;
  config.bidirectional = shape.bidirectional;
  config.pooling = Pooling::kConcat;
  config.truncation = Truncation::kHead;
  return config;
}

Case MakeCase(std::size_t batch, bool full_length) {
  Case made{.batch = batch, .full_length = full_length};
  std::mt19937 random(1);
  const int count = TextsFor(batch);
  std::vector<std::int64_t> lengths(count, kFullLength);
  if (!full_length) lengths = ReviewLengths(count, kLongest, random);
  // Words as often as in a language: the n-th most frequent about 1 / n.
  std::vector<double> weights;
  for (std::int64_t rank = 0; rank < kVocabulary - 2; ++rank) {
    weights.push_back(1.0 / (static_cast<double>(rank) + 2.7));
  }
  std::discrete_distribution<TokenId> word(weights.begin(), weights.end());
  for (const std::int64_t length : lengths) {
    EncodedText& text = made.texts.emplace_back();
    for (std::int64_t t = 0; t < length; ++t) {
      text.tokens.push_back(2 + word(random));
    }
    made.tokens += length;
  }
  return made;
}

void PrintHead(const Case& bench_case) {
  std::printf("  batch %zu, %s, %zu texts: thousand tokens a second\n",
              bench_case.batch,
              bench_case.full_length ? "200 tokens each" : "lengths of reviews",
              bench_case.texts.size());
}

void ForEachChosenShape(const std::function<void(const Shape&)>& body) {
  const int only = absl::GetFlag(FLAGS_shape);
  for (const int number : {1, 2}) {
    if (only == 0 || only == number) body(ShapeOf(number));
  }
}

void ForEachChosenCase(const std::function<void(const Case&)>& body) {
  const int only = absl::GetFlag(FLAGS_batch);
  for (const int batch : {1, 8, 64, 256}) {
    if (only != 0 && only != batch) continue;
    for (const bool full_length : {true, false}) {
      body(MakeCase(static_cast<std::size_t>(batch), full_length));
    }
  }
}

std::vector<std::vector<std::size_t>> CutIntoBatches(const Case& bench_case,
                                                     bool bucketed) {
  const std::vector<EncodedText>& texts = bench_case.texts;
  std::vector<std::size_t> order(texts.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  if (bucketed) {
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) {
                       return texts[a].tokens.size() < texts[b].tokens.size();
                     });
  }
  std::vector<std::vector<std::size_t>> batches;
  for (std::size_t i = 0; i < order.size(); i += bench_case.batch) {
    const std::size_t end = std::min(order.size(), i + bench_case.batch);
    batches.emplace_back(order.begin() + static_cast<std::ptrdiff_t>(i),
                         order.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return batches;
}

}  // namespace carousel
