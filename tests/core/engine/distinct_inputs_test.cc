#include "core/engine/distinct_inputs.h"

#include <cstdint>
#include <functional>
#include <random>
#include <thread>
#include <vector>

#include "core/engine/packed_batch.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;

// Two texts in three columns, what stands past the second one's end is 7.
const std::vector<std::int64_t> kTokens = {7, 5, 7,  //
                                           5, 7, 7};
const std::vector<std::int64_t> kLengths = {3, 2};

void InOrder(int count, const std::function<void(int)>& body) {
  for (int i = 0; i < count; ++i) body(i);
}

void OnThreads(int count, const std::function<void(int)>& body) {
  std::vector<std::thread> threads;
  for (int i = count - 1; i >= 0; --i) threads.emplace_back(body, i);
  for (std::thread& thread : threads) thread.join();
}

TEST(DistinctInputsTest, AWordIsOneInputWhereverItStands) {
  const DistinctInputs inputs =
      FindDistinctTokens(kTokens, kLengths, 3, /*per_text=*/false);
  EXPECT_THAT(inputs.first, ElementsAre(0, 1));
  EXPECT_THAT(inputs.at, ElementsAre(0, 1, 0, 1, 0, -1));
}

TEST(DistinctInputsTest, PerTextAWordIsOneInputOfEachText) {
  const DistinctInputs inputs =
      FindDistinctTokens(kTokens, kLengths, 3, /*per_text=*/true);
  EXPECT_THAT(inputs.first, ElementsAre(0, 1, 3, 4));
  EXPECT_THAT(inputs.at, ElementsAre(0, 1, 0, 2, 3, -1));
}

TEST(DistinctInputsTest, EveryInputIsOneWithoutThePadding) {
  const DistinctInputs inputs = EveryInput(kLengths, 3);
  EXPECT_THAT(inputs.first, ElementsAre(0, 1, 2, 3, 4));
  EXPECT_THAT(inputs.at, ElementsAre(0, 1, 2, 3, 4, -1));
}

TEST(DistinctInputsTest, PositionsFindTheirInputsInBothDirections) {
  const DistinctInputs inputs =
      FindDistinctTokens(kTokens, kLengths, 3, /*per_text=*/false);
  const PackedBatch batch = PackBatch(kLengths, 1);
  // Step by step, the longer text first: 7 5 7 and 5 7.
  const auto sources = [&](bool backwards) {
    return SourcesOf(inputs, PaddedIndex(batch, kLengths, 3, backwards));
  };
  EXPECT_THAT(sources(/*backwards=*/false), ElementsAre(0, 1, 1, 0, 0));
  EXPECT_THAT(sources(/*backwards=*/true), ElementsAre(0, 0, 1, 1, 0));
}

TEST(DistinctInputsTest, SumsTheRowsOfEachSource) {
  const std::vector<std::int64_t> sources = {1, 0, 1, 1};
  const std::vector<float> rows = {1, 2, 10, 20, 100, 200, 1000, 2000};
  std::vector<float> sums(4, -1);
  SumBySource(sources, 2, 2, rows.data(), sums.data(), InOrder);
  EXPECT_THAT(sums, ElementsAre(10, 20, 1101, 2202));
}

TEST(DistinctInputsTest, SumsAreTheSameToTheBitOnAnyThreads) {
  constexpr std::int64_t kInputs = 300;
  constexpr std::int64_t kWidth = 24;
  constexpr std::int64_t kPositions = 4000;
  std::mt19937 random(1);
  std::vector<std::int64_t> sources(kPositions);
  for (std::int64_t p = 0; p < kPositions; ++p) {
    sources[p] = p < kInputs ? p : static_cast<std::int64_t>(random() % 40);
  }
  std::normal_distribution<float> normal;
  std::vector<float> rows(kPositions * kWidth);
  for (float& number : rows) number = normal(random);
  std::vector<float> one(kInputs * kWidth);
  std::vector<float> many(kInputs * kWidth);
  SumBySource(sources, kInputs, kWidth, rows.data(), one.data(), InOrder);
  SumBySource(sources, kInputs, kWidth, rows.data(), many.data(), OnThreads);
  EXPECT_EQ(one, many);
}

}  // namespace
}  // namespace carousel
