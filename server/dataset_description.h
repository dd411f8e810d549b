// What there is to know about a stored dataset.
#ifndef CAROUSEL_SERVER_DATASET_DESCRIPTION_H_
#define CAROUSEL_SERVER_DATASET_DESCRIPTION_H_

#include <stop_token>
#include <string>

#include "absl/status/statusor.h"
#include "core/data/corpus_statistics.h"
#include "core/data/dataset.h"
#include "core/store/asset_store.h"
#include "core/store/records.h"

namespace carousel {

struct DatasetDescription {
  DatasetRecord record;
  Dataset dataset;
  CorpusStatistics statistics;
};

// Reads the dataset and, unless `vectors` is "", which of its words they hold.
// NOT_FOUND naming what is not there; DATA_LOSS naming the file that changed;
// CANCELLED when `stop` was requested.
absl::StatusOr<DatasetDescription> DescribeDataset(const AssetStore& assets,
                                                   const std::string& name,
                                                   const std::string& vectors,
                                                   const std::stop_token& stop);

}  // namespace carousel

#endif  // CAROUSEL_SERVER_DATASET_DESCRIPTION_H_
