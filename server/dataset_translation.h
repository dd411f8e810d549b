// Datasets and vectors between core and the protos.
#ifndef CAROUSEL_SERVER_DATASET_TRANSLATION_H_
#define CAROUSEL_SERVER_DATASET_TRANSLATION_H_

#include <string>

#include "absl/status/statusor.h"
#include "carousel/v1/datasets.pb.h"
#include "core/data/dataset.h"
#include "core/store/records.h"
#include "server/dataset_description.h"

namespace carousel {

// A checked header: how to read the file that follows it.
struct DatasetUpload {
  std::string name;
  ImportOptions options;
};
// INVALID_ARGUMENT with every field that is wrong.
absl::StatusOr<DatasetUpload> FromProto(const v1::DatasetHeader& header);

struct VectorsUpload {
  std::string name;
  std::string format;  // "": whichever
};
absl::StatusOr<VectorsUpload> FromProto(const v1::VectorsHeader& header);

absl::StatusOr<DescribeRequest> FromProto(
    const v1::DescribeDatasetRequest& request);

v1::Dataset ToProto(const DatasetRecord& record);
v1::Vectors ToProto(const VectorsRecord& record);
v1::DescribeDatasetResponse ToProto(const DatasetDescription& description);

}  // namespace carousel

#endif  // CAROUSEL_SERVER_DATASET_TRANSLATION_H_
