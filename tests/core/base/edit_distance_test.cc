#include "core/base/edit_distance.h"

#include "gtest/gtest.h"

namespace carousel {
namespace {

TEST(EditDistanceTest, CountsWhatIsPutInLeftOutAndExchanged) {
  EXPECT_EQ(EditDistance("train", "train"), 0U);
  EXPECT_EQ(EditDistance("trin", "train"), 1U);
  EXPECT_EQ(EditDistance("traain", "train"), 1U);
  EXPECT_EQ(EditDistance("truin", "train"), 1U);
  EXPECT_EQ(EditDistance("tarin", "train"), 2U);  // no turning round
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3U);
}

TEST(EditDistanceTest, FromAnEmptyWordItIsTheLength) {
  EXPECT_EQ(EditDistance("", ""), 0U);
  EXPECT_EQ(EditDistance("", "abc"), 3U);
  EXPECT_EQ(EditDistance("abc", ""), 3U);
}

}  // namespace
}  // namespace carousel
