// What there is to know about a stored dataset.
#ifndef CAROUSEL_SERVER_DATASET_DESCRIPTION_H_
#define CAROUSEL_SERVER_DATASET_DESCRIPTION_H_

#include <cstddef>
#include <stop_token>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "core/data/corpus_statistics.h"
#include "core/data/dataset.h"
#include "core/data/dataset_overlap.h"
#include "core/store/asset_store.h"
#include "core/store/records.h"

namespace carousel {

struct DescribeRequest {
  std::string dataset;
  std::string vectors;             // "": none
  std::size_t unknown_words = 10;  // to list, where there are vectors
  // Datasets to look for the same texts in; kAllOthers alone is all others.
  std::vector<std::string> compare_with;

  static constexpr char kAllOthers[] = "*";
};

struct OverlapWith {
  DatasetRecord other;
  DatasetOverlap overlap;
};

struct DatasetDescription {
  DatasetRecord record;
  DatasetInfo info;
  CorpusStatistics statistics;
  std::vector<OverlapWith> overlaps;  // as asked; by name when all others were
};

// Reads the dataset row by row, unless `vectors` is "" which of its words they
// hold, and what it is compared with. NOT_FOUND naming what is not there;
// DATA_LOSS naming the file that changed; CANCELLED when `stop` was requested.
absl::StatusOr<DatasetDescription> DescribeDataset(
    const AssetStore& assets, const DescribeRequest& request,
    const std::stop_token& stop);

}  // namespace carousel

#endif  // CAROUSEL_SERVER_DATASET_DESCRIPTION_H_
