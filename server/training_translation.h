// Training jobs between core and the protos.
#ifndef CAROUSEL_SERVER_TRAINING_TRANSLATION_H_
#define CAROUSEL_SERVER_TRAINING_TRANSLATION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "carousel/v1/training.pb.h"
#include "core/engine/engine.h"
#include "core/jobs/job_event.h"
#include "core/jobs/job_outlook.h"
#include "core/store/records.h"

namespace carousel {

// A job to submit to a server with that engine. INVALID_ARGUMENT with
// everything that is wrong with names and hyper-parameters at once.
absl::StatusOr<JobRecord> FromProto(const v1::TrainRequest& request,
                                    Engine engine);
absl::StatusOr<JobRecord> FromProto(const v1::TrainVectorsRequest& request);

struct JobListRequest {
  std::optional<JobState> state;  // nothing: all
  PageRequest page;
};
absl::StatusOr<JobListRequest> FromProto(
    const v1::ListTrainingJobsRequest& request);

absl::Status Check(const v1::WatchTrainingJobRequest& request);

// A page of the epochs of a job: those after epoch `after`.
struct EpochListRequest {
  std::string job;
  std::int64_t after = 0;
  std::int64_t page_size = 0;  // at least 1
};
absl::StatusOr<EpochListRequest> FromProto(
    const v1::ListEpochsRequest& request);
v1::ListEpochsResponse ToProto(const std::vector<EpochRecord>& epochs,
                               const EpochListRequest& request);

v1::TrainingJob ToProto(const JobRecord& record, const JobOutlook& outlook);
v1::Epoch ToProto(const EpochRecord& record);
v1::TrainingProgress ToProto(const JobProgress& progress);

}  // namespace carousel

#endif  // CAROUSEL_SERVER_TRAINING_TRANSLATION_H_
