// What there is to say about a dataset.
#ifndef CAROUSEL_CLIENT_CLI_DATASET_OUTPUT_H_
#define CAROUSEL_CLIENT_CLI_DATASET_OUTPUT_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "carousel/v1/datasets.pb.h"
#include "client/cli/session.h"

namespace carousel::client {

using NamedCounts = std::vector<std::pair<std::string, std::int64_t>>;

// By label.
NamedCounts LabelCounts(const v1::DatasetStatistics& statistics);
// Train, validation, test; nothing when the map is empty, as it is where texts
// are not split.
using SplitMap = google::protobuf::Map<std::string, std::int64_t>;
NamedCounts SplitCounts(const SplitMap& splits);

// Prints the description, as JSON if that was asked for, and warns of texts
// that carry both labels.
void PrintDescription(const v1::DescribeDatasetResponse& description,
                      Session& session);

// Prints how long the texts are: bars on a terminal, numbers elsewhere.
void PrintLengths(const v1::DescribeDatasetResponse& description,
                  Session& session);

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLI_DATASET_OUTPUT_H_
