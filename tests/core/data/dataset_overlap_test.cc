#include "core/data/dataset_overlap.h"

#include <memory>
#include <string>
#include <vector>

#include "core/base/status_macros.h"
#include "core/data/dataset_writer.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;

class TextIndexTest : public ::testing::Test {
 protected:
  // Compares `rows` with the dataset in folder_.
  absl::StatusOr<DatasetOverlap> Compare(const std::vector<DatasetRow>& rows) {
    TextIndex index;
    for (const DatasetRow& row : rows) EXPECT_OK(index.Add(row));
    index.Seal();
    ASSIGN_OR_RETURN(const auto reader, DatasetReader::Open(folder_.path()));
    return index.Compare(*reader);
  }

  void Write(const std::vector<DatasetRow>& rows) {
    const bool unlabelled = !rows.front().split.has_value();
    ASSERT_OK_AND_ASSIGN(const auto writer,
                         DatasetWriter::Create(folder_.path(), unlabelled));
    for (const DatasetRow& row : rows) {
      ASSERT_OK(unlabelled ? writer->AppendUnlabelled("", row.text)
                           : writer->AppendLabelled("", row.text, *row.label,
                                                    *row.split));
    }
    ASSERT_OK(writer->Finish({.options = {.unlabelled = unlabelled}}));
  }

  TempDir folder_;
};

DatasetRow Labelled(std::string text, Split split) {
  return {.text = std::move(text), .label = 1, .split = split};
}

TEST_F(TextIndexTest, CountsRowsOfTheOneBySplitsOfBoth) {
  Write({Labelled("Good, film", Split::kTest), Labelled("other", Split::kTrain),
         Labelled("good,  film", Split::kTest),
         Labelled("bad", Split::kValidation)});
  ASSERT_OK_AND_ASSIGN(const DatasetOverlap overlap,
                       Compare({Labelled("<b>GOOD,  film</b>", Split::kTrain),
                                Labelled("good, film", Split::kTrain),
                                Labelled("bad", Split::kTest),
                                Labelled("good film", Split::kTest)}));
  EXPECT_EQ(overlap.rows, 3);
  EXPECT_THAT(overlap.splits, ElementsAre(2, 0, 1));
  EXPECT_THAT(overlap.other_splits, ElementsAre(0, 1, 2));
}

TEST_F(TextIndexTest, UnlabelledTextsHaveNoSplits) {
  Write({{.text = "good"}, {.text = "good"}, {.text = "bad"}});
  ASSERT_OK_AND_ASSIGN(const DatasetOverlap labelled,
                       Compare({Labelled("good", Split::kTest)}));
  EXPECT_EQ(labelled.rows, 1);
  EXPECT_THAT(labelled.splits, ElementsAre(0, 0, 1));
  EXPECT_THAT(labelled.other_splits, ElementsAre(0, 0, 0));
  ASSERT_OK_AND_ASSIGN(const DatasetOverlap unlabelled,
                       Compare({{.text = "bad"}, {.text = "worse"}}));
  EXPECT_EQ(unlabelled.rows, 1);
  EXPECT_THAT(unlabelled.splits, ElementsAre(0, 0, 0));
}

TEST_F(TextIndexTest, NothingInCommonIsNothing) {
  Write({{.text = "good"}});
  ASSERT_OK_AND_ASSIGN(const DatasetOverlap overlap, Compare({}));
  EXPECT_EQ(overlap.rows, 0);
}

}  // namespace
}  // namespace carousel
