#include "tests/bench/cases.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>
#include <numeric>
#include <random>
#include <unordered_set>

#include "absl/flags/flag.h"

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

// As many tokens as the 10,000 labelled IMDB reviews have, punctuation counted:
// a tenth of them between each two of these, cut.
std::vector<std::int64_t> ReviewLengths(int count, std::mt19937& random) {
  constexpr double kTenths[] = {20,  105, 139, 156, 176, 202,
                                238, 290, 373, 523, 2126};
  std::vector<double> weights(std::size(kTenths) - 1, 1.0);
  std::piecewise_constant_distribution<double> length(
      std::begin(kTenths), std::end(kTenths), weights.begin());
  std::vector<std::int64_t> lengths;
  for (int i = 0; i < count; ++i) {
    lengths.push_back(
        std::min<std::int64_t>(kLongest, std::llround(length(random))));
  }
  return lengths;
}

// Each word as often as in those reviews, whose 10, 100, 1,000 and 16,000 most
// frequent ones are 0.27, 0.56, 0.80 and 0.98 of all tokens; here they are
// 0.25, 0.56, 0.80 and 0.97 (Mandelbrot's law).
std::discrete_distribution<TokenId> Words() {
  std::vector<double> weights;
  for (std::int64_t rank = 0; rank < kVocabulary - 2; ++rank) {
    weights.push_back(std::pow(static_cast<double>(rank) + 5, -1.2));
  }
  return {weights.begin(), weights.end()};
}

// What of a batch as it comes is tokens, not padding, and how many different
// ones there are for each of them: the means of all batches.
void PrintDensity(const Case& bench_case) {
  double full = 0;
  double different = 0;
  const auto batches = CutIntoBatches(bench_case, /*bucketed=*/false);
  for (const std::vector<std::size_t>& batch : batches) {
    std::unordered_set<TokenId> words;
    std::size_t tokens = 0;
    std::size_t longest = 0;
    for (const std::size_t text : batch) {
      const std::vector<TokenId>& of_text = bench_case.texts[text].tokens;
      words.insert(of_text.begin(), of_text.end());
      tokens += of_text.size();
      longest = std::max(longest, of_text.size());
    }
    full += static_cast<double>(tokens) /
            static_cast<double>(batch.size() * longest);
    different +=
        static_cast<double>(words.size()) / static_cast<double>(tokens);
  }
  const auto count = static_cast<double>(batches.size());
  std::printf("  %.0f tokens a text, batches %.2f full, %.2f different\n",
              static_cast<double>(bench_case.tokens) /
                  static_cast<double>(bench_case.texts.size()),
              full / count, different / count);
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
  if (!full_length) lengths = ReviewLengths(count, random);
  std::discrete_distribution<TokenId> word = Words();
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
  if (!bench_case.full_length) PrintDensity(bench_case);
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
