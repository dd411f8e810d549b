// What the benchmarks of answering have in common: shapes, texts, batches, and
// the flags that choose among them. Free of torch.
//
//   --threads=2   of each contestant
//   --rounds=5    that are counted
//   --shape=0     1 or 2: that shape alone; 0: both
//   --batch=0     1, 8, 64 or 256: that batch alone; 0: all
#ifndef CAROUSEL_TESTS_BENCH_CASES_H_
#define CAROUSEL_TESTS_BENCH_CASES_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "absl/flags/declare.h"
#include "core/nn/model_config.h"
#include "core/text/encoder.h"

ABSL_DECLARE_FLAG(int, threads);
ABSL_DECLARE_FLAG(int, rounds);
ABSL_DECLARE_FLAG(int, shape);
ABSL_DECLARE_FLAG(int, batch);

namespace carousel {

struct Shape {
  const char* name;
  std::int64_t embedding;
  std::int64_t hidden;
  bool bidirectional;
};
// Number 1 is E300 H256, one direction; number 2 E100 H128, two directions.
const Shape& ShapeOf(int number);
// Pools in all three ways, as the presets `strong` and `streaming` do.
ModelConfig ConfigOf(const Shape& shape);

// Texts that are read `batch` at a time.
struct Case {
  std::size_t batch = 0;
  bool full_length = false;  // 200 tokens each, else as long as reviews
  std::vector<EncodedText> texts;
  std::int64_t tokens = 0;
};
// The same for the same arguments, each time.
Case MakeCase(std::size_t batch, bool full_length);
// "batch 64, lengths of reviews, 512 texts", and how full its batches are.
void PrintHead(const Case& bench_case);

void ForEachChosenShape(const std::function<void(const Shape&)>& body);
// Batches of 1, 8, 64 and 256, each at full length and with those of reviews.
void ForEachChosenCase(const std::function<void(const Case&)>& body);

// The texts' numbers, `batch` at a time. `bucketed`: sorted by length first, so
// that texts of a length come together.
std::vector<std::vector<std::size_t>> CutIntoBatches(const Case& bench_case,
                                                     bool bucketed);

}  // namespace carousel

#endif  // CAROUSEL_TESTS_BENCH_CASES_H_
