// Texts that stand in two datasets: what a model was trained on and is measured
// on as well, say.
#ifndef CAROUSEL_CORE_DATA_DATASET_OVERLAP_H_
#define CAROUSEL_CORE_DATA_DATASET_OVERLAP_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "core/base/sha256.h"
#include "core/data/dataset.h"
#include "core/data/dataset_reader.h"

namespace carousel {

// Rows of one dataset whose text stands in another.
struct DatasetOverlap {
  std::int64_t rows = 0;
  // They, by the split of the one; zeros where it is unlabelled.
  std::array<std::int64_t, 3> splits = {0, 0, 0};
  // They, by the split in which the other has the text first; zeros where that
  // one is unlabelled.
  std::array<std::int64_t, 3> other_splits = {0, 0, 0};
};

// The texts of a dataset, to find in others. Texts are equal when they are
// equal after default normalizing (text_identity.h), as they are for the split.
// It holds a hash of each, about 40 bytes a row. const use is thread-safe.
class TextIndex {
 public:
  // The errors of NormalizeForComparison.
  absl::Status Add(const DatasetRow& row);
  // To be called once, when all rows are there and before the first Compare.
  void Seal();

  // Reads `other` to its end.
  absl::StatusOr<DatasetOverlap> Compare(DatasetReader& other) const;

 private:
  struct Entry {
    Sha256Digest key = {};
    std::optional<Split> split;
  };

  std::vector<Entry> entries_;  // sorted by key once sealed
};

}  // namespace carousel

#endif  // CAROUSEL_CORE_DATA_DATASET_OVERLAP_H_
