// The whole story of a version: where it comes from, how good it is, what it
// consists of, and what holds it.
#ifndef CAROUSEL_SERVER_MODEL_DESCRIPTION_H_
#define CAROUSEL_SERVER_MODEL_DESCRIPTION_H_

#include "absl/status/status.h"
#include "carousel/v1/models.pb.h"
#include "core/store/data_folder.h"
#include "core/store/job_store.h"
#include "core/store/records.h"

namespace carousel {

// Fills in everything but response.version. DATA_LOSS naming a file that is
// not what was published.
absl::Status DescribeModel(const ModelVersionRecord& record,
                           const DataFolder& folder, const JobStore& jobs,
                           v1::GetModelResponse& response);

}  // namespace carousel

#endif  // CAROUSEL_SERVER_MODEL_DESCRIPTION_H_
