#include "core/engine/packed_batch.h"

#include <set>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::SizeIs;

TEST(PackedBatchTest, ReadsTheLongestFirstAndNoPadding) {
  const std::vector<std::int64_t> lengths = {2, 4, 1};
  const PackedBatch batch = PackBatch(lengths, 1);
  ASSERT_THAT(batch.shards, SizeIs(1));
  const PackedShard& shard = batch.shards[0];
  EXPECT_THAT(shard.rows, ElementsAre(1, 0, 2));
  EXPECT_THAT(shard.live, ElementsAre(3, 2, 1, 1));
  EXPECT_THAT(shard.begin, ElementsAre(0, 3, 5, 6));
  EXPECT_EQ(shard.end, 7);
  EXPECT_EQ(batch.positions, 7);
  // Columns of rows 1, 0, 2 in a batch of four columns.
  EXPECT_THAT(PaddedIndex(batch, lengths, 4, /*backwards=*/false),
              ElementsAre(4, 0, 8, 5, 1, 6, 7));
  EXPECT_THAT(PaddedIndex(batch, lengths, 4, /*backwards=*/true),
              ElementsAre(7, 1, 8, 6, 0, 5, 4));
  EXPECT_THAT(LastPositions(batch, lengths), ElementsAre(4, 6, 2));
}

TEST(PackedBatchTest, TextsOfOneLengthStayInTheirOrder) {
  const std::vector<std::int64_t> lengths = {3, 3, 3};
  EXPECT_THAT(PackBatch(lengths, 1).shards[0].rows, ElementsAre(0, 1, 2));
}

TEST(PackedBatchTest, ShardsShareLongAndShortTexts) {
  const std::vector<std::int64_t> lengths = {1, 2, 3, 4, 5};
  const PackedBatch batch = PackBatch(lengths, 2);
  ASSERT_THAT(batch.shards, SizeIs(2));
  EXPECT_THAT(batch.shards[0].rows, ElementsAre(4, 1, 0));
  EXPECT_THAT(batch.shards[1].rows, ElementsAre(3, 2));
  EXPECT_EQ(batch.shards[1].begin[0], batch.shards[0].end);
}

TEST(PackedBatchTest, NoShardIsEmpty) {
  const std::vector<std::int64_t> lengths = {7, 1};
  EXPECT_THAT(PackBatch(lengths, 16).shards, SizeIs(2));
  EXPECT_THAT(PackBatch(lengths, 0).shards, SizeIs(1));
}

TEST(PackedBatchTest, EveryTokenHasOnePosition) {
  const std::vector<std::int64_t> lengths = {5, 9, 9, 1, 3, 2, 8};
  constexpr std::int64_t kTime = 11;
  for (const int shards : {1, 2, 3, 7}) {
    for (const bool backwards : {false, true}) {
      const PackedBatch batch = PackBatch(lengths, shards);
      const std::vector<std::int64_t> index =
          PaddedIndex(batch, lengths, kTime, backwards);
      EXPECT_EQ(std::set<std::int64_t>(index.begin(), index.end()).size(), 37U);
      for (const std::int64_t at : index) {
        EXPECT_LT(at % kTime, lengths[at / kTime]);
      }
      const auto last = LastPositions(batch, lengths);
      for (std::size_t row = 0; row < lengths.size(); ++row) {
        const std::int64_t column = backwards ? 0 : lengths[row] - 1;
        EXPECT_EQ(index[last[row]],
                  static_cast<std::int64_t>(row) * kTime + column);
      }
    }
  }
}

}  // namespace
}  // namespace carousel
