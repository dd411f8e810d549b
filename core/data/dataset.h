// A set of texts: labelled and split once and for all into training, validation
// and test texts, or unlabelled and in one piece.
//
// What is stored is read in two ways. ReadDataset takes a labelled dataset into
// memory as a whole, to train and to measure on. DatasetReader
// (dataset_reader.h) goes through the rows of any dataset one by one, in memory
// that does not grow with it: for whoever needs no more than the texts, and for
// unlabelled ones.
#ifndef CAROUSEL_CORE_DATA_DATASET_H_
#define CAROUSEL_CORE_DATA_DATASET_H_

#include <array>
#include <cstdint>
#include <filesystem>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"

namespace carousel {

enum class Split : std::uint8_t { kTrain = 0, kValidation = 1, kTest = 2 };
inline constexpr std::array<Split, 3> kAllSplits = {
    Split::kTrain, Split::kValidation, Split::kTest};
std::string_view ToString(Split split);  // "train", "validation", "test"
absl::StatusOr<Split> ParseSplit(std::string_view text);

// 0 is negative, 1 is positive.
using Label = int;
// positive/negative, pos/neg, 1/0, in any case, spaces around them ignored.
absl::StatusOr<Label> ParseLabel(std::string_view text);

struct Example {
  std::string id;  // "" when the file has no id column
  std::string text;
  Label label = 0;
  Split split = Split::kTrain;
};

// How a file's columns are read and its rows are split.
struct ImportOptions {
  std::string text_column = "review";
  std::string label_column = "sentiment";
  std::string id_column;  // "": the column id, when there is one
  std::array<int, 3> shares = {70, 20, 10};  // per cent, sum 100
  std::uint64_t split_seed = 1;
  // There is no label column and no split: label_column, shares and split_seed
  // mean nothing.
  bool unlabelled = false;
};

// "70/20/10": three whole numbers from 0 to 100 whose sum is 100, the first
// above 0.
absl::StatusOr<std::array<int, 3>> ParseShares(std::string_view text);
// The same check on numbers.
absl::Status ValidateShares(const std::array<int, 3>& shares);

// What importing found.
struct ImportFindings {
  std::int64_t duplicate_rows = 0;      // rows whose text came before
  std::int64_t conflicting_groups = 0;  // equal texts with both labels
  // The first few of them, as "rows 12 and 40".
  std::vector<std::string> conflict_examples;
};

// Everything but the rows.
struct DatasetInfo {
  std::int64_t rows = 0;
  // How the file spells the two labels, [negative, positive]: an answer uses
  // the same words.
  std::array<std::string, 2> label_names = {"negative", "positive"};
  ImportOptions options;
  ImportFindings findings;
};

// A labelled dataset in memory.
struct Dataset {
  std::vector<Example> examples;  // in the order of the file
  // As in DatasetInfo.
  std::array<std::string, 2> label_names = {"negative", "positive"};
  ImportOptions options;
  ImportFindings findings;

  // In the order of the file; valid as long as `examples` is unchanged.
  std::vector<const Example*> InSplit(Split split) const;
};

// The stored form is rows.csv (id,label,split,text; of unlabelled ones id,text)
// and dataset.json (options, label names, findings). The folder must exist.
// Reading gives what was written; NOT_FOUND when a file is missing, DATA_LOSS
// when one is damaged, FAILED_PRECONDITION for an unlabelled dataset, CANCELLED
// when `stop` was requested.
absl::Status WriteDataset(const Dataset& dataset,
                          const std::filesystem::path& folder);
absl::StatusOr<Dataset> ReadDataset(const std::filesystem::path& folder,
                                    std::stop_token stop = {});

// How a stored dataset was read and split, without its texts. NOT_FOUND when it
// is not there, DATA_LOSS when its description is damaged.
absl::StatusOr<ImportOptions> ReadImportOptions(
    const std::filesystem::path& folder);

}  // namespace carousel

#endif  // CAROUSEL_CORE_DATA_DATASET_H_
