#include "core/data/split.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/random.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;

constexpr std::array<int, 3> kShares = {70, 20, 10};

SplitInput Row(std::string_view text, Label label, std::uint64_t seed = 1) {
  return {.key = SplitKey(text, seed), .label = label};
}

// "text 0", "text 1", ... with the labels 0, 1, 0, 1, ...
std::vector<SplitInput> MakeRows(int count, std::uint64_t seed = 1) {
  std::vector<SplitInput> rows;
  for (int i = 0; i < count; ++i) {
    rows.push_back(Row(absl::StrCat("text ", i), i % 2, seed));
  }
  return rows;
}

// One letter a row: T for train, V for validation, E for test.
std::string Letters(const std::vector<Split>& splits) {
  std::string letters;
  for (const Split split : splits) {
    letters.push_back("TVE"[static_cast<std::size_t>(split)]);
  }
  return letters;
}

// Computed outside of this program, from the words of split.h alone: datasets
// that were split once must split the same way in every later version.
TEST(SplitTest, IsThePublishedFunctionOfSeedAndText) {
  EXPECT_EQ(Letters(AssignSplits(MakeRows(40, 1), kShares).splits),
            "VTTTTTTVVTTTETTETTTTVVVTTTTTTETVTVTTETTT");
  EXPECT_EQ(Letters(AssignSplits(MakeRows(40, 2), kShares).splits),
            "TEVTTVTTVTVTTVEVTTTTETTTTVTTVTTTTTTTTTTE");
}

TEST(SplitTest, HoldsTheSharesOfEachLabelToOneGroup) {
  for (const std::array<int, 3>& shares :
       {kShares, {100, 0, 0}, {34, 33, 33}, {1, 0, 99}, {50, 50, 0}}) {
    for (int count = 2; count <= 80; ++count) {
      const std::vector<SplitInput> rows = MakeRows(count);
      const SplitResult result = AssignSplits(rows, shares);
      std::map<std::pair<Label, Split>, int> sizes;
      for (int i = 0; i < count; ++i) {
        ++sizes[{rows[i].label, result.splits[i]}];
      }
      for (const Label label : {0, 1}) {
        const int of_label = (count + 1 - label) / 2;
        for (const Split split : kAllSplits) {
          const int share = shares[static_cast<std::size_t>(split)];
          const double exact = of_label * share / 100.0;
          const int size = sizes[{label, split}];
          EXPECT_LE(std::abs(size - exact), 1)
              << ToString(split) << " of " << count;
          if (share == 0) {
            EXPECT_EQ(size, 0);
          }
        }
      }
    }
  }
}

TEST(SplitTest, DoesNotDependOnTheOrderOfTheRows) {
  const std::vector<SplitInput> rows = MakeRows(200);
  const std::vector<Split> splits = AssignSplits(rows, kShares).splits;
  const std::vector<std::size_t> order = RandomPermutation(rows.size(), 3);
  std::vector<SplitInput> moved;
  for (const std::size_t row : order) moved.push_back(rows[row]);
  const std::vector<Split> moved_splits = AssignSplits(moved, kShares).splits;
  for (std::size_t i = 0; i < order.size(); ++i) {
    EXPECT_EQ(moved_splits[i], splits[order[i]]) << "text " << order[i];
  }
}

TEST(SplitTest, AnotherRowMovesFewOthers) {
  std::vector<SplitInput> rows = MakeRows(1000);
  const std::string before = Letters(AssignSplits(rows, kShares).splits);
  rows.push_back(Row("one more", 0));
  const std::string after = Letters(AssignSplits(rows, kShares).splits);
  int moved = 0;
  for (std::size_t i = 0; i < before.size(); ++i) {
    moved += before[i] != after[i];
  }
  // At most one group at each of the two cuts.
  EXPECT_LE(moved, 2);
}

TEST(SplitTest, EqualTextsStayOnOneSideWhateverTheirLabels) {
  // 100 texts, each three times, the third under the other label.
  std::vector<SplitInput> rows = MakeRows(100);
  for (int copy = 0; copy < 2; ++copy) {
    for (SplitInput row : MakeRows(100)) {
      if (copy == 1) row.label = 1 - row.label;
      rows.push_back(row);
    }
  }
  const SplitResult result = AssignSplits(rows, kShares);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    EXPECT_EQ(result.splits[i], result.splits[i % 100]);
  }
  EXPECT_EQ(result.duplicate_rows, 200);
  EXPECT_EQ(result.conflicts.size(), 100);
  // The majority decides the label, so copies change no split.
  const SplitResult alone = AssignSplits(MakeRows(100), kShares);
  EXPECT_EQ(Letters(result.splits).substr(0, 100), Letters(alone.splits));
}

TEST(SplitTest, NamesTheRowsOfAConflict) {
  const std::vector<SplitInput> rows = {Row("b", 0), Row("a", 1), Row("b", 0),
                                        Row("b", 1), Row("a", 1), Row("c", 0),
                                        Row("c", 1), Row("c", 0)};
  const SplitResult result = AssignSplits(rows, kShares);
  EXPECT_THAT(result.conflicts,
              ElementsAre(ElementsAre(0, 3), ElementsAre(5, 6)));
  EXPECT_EQ(result.duplicate_rows, 5);
}

TEST(SplitTest, ATiedGroupCountsUnderItsFirstLabel) {
  // One group a label: each is its label's first half. Two groups of one
  // label: the cut at 50 % separates them.
  const std::vector<SplitInput> rows = {Row("tie", 0), Row("tie", 1),
                                        Row("x", 1)};
  const std::vector<SplitInput> mirrored = {Row("tie", 1), Row("tie", 0),
                                            Row("x", 1)};
  const std::array<int, 3> halves = {50, 50, 0};
  EXPECT_EQ(Letters(AssignSplits(rows, halves).splits), "TTT");
  const std::string together = Letters(AssignSplits(mirrored, halves).splits);
  EXPECT_EQ(together[0], together[1]);
  EXPECT_NE(together[0], together[2]);
}

TEST(SplitTest, NoRowsGiveNothing) {
  const SplitResult result = AssignSplits({}, kShares);
  EXPECT_TRUE(result.splits.empty());
  EXPECT_EQ(result.duplicate_rows, 0);
}

}  // namespace
}  // namespace carousel
