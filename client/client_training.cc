#include <utility>

#include "client/call.h"
#include "client/client.h"
#include "core/base/status_macros.h"

namespace carousel::client {

absl::StatusOr<v1::TrainingJob> Client::Train(
    const v1::TrainRequest& request, const CallOptions& options) const {
  ASSIGN_OR_RETURN(
      v1::TrainResponse response,
      Call(*this, *training_, &v1::TrainingService::StubInterface::Train,
           request, options));
  return std::move(*response.mutable_job());
}

absl::StatusOr<v1::TrainingJob> Client::TrainVectors(
    const v1::TrainVectorsRequest& request, const CallOptions& options) const {
  ASSIGN_OR_RETURN(
      v1::TrainVectorsResponse response,
      Call(*this, *training_, &v1::TrainingService::StubInterface::TrainVectors,
           request, options));
  return std::move(*response.mutable_job());
}

absl::StatusOr<v1::TrainingJob> Client::GetTrainingJob(
    const std::string& job, const CallOptions& options) const {
  v1::GetTrainingJobRequest request;
  request.set_job(job);
  ASSIGN_OR_RETURN(v1::GetTrainingJobResponse response,
                   Call(*this, *training_,
                        &v1::TrainingService::StubInterface::GetTrainingJob,
                        request, options));
  return std::move(*response.mutable_job());
}

absl::StatusOr<std::vector<v1::TrainingJob>> Client::ListTrainingJobs(
    v1::TrainingJob::State state, std::int64_t limit,
    const CallOptions& options) const {
  v1::ListTrainingJobsRequest request;
  request.set_state(state);
  return FetchUpTo<v1::TrainingJob>(
      limit,
      [&](const std::string& token, int page_size) {
        request.set_page_token(token);
        request.set_page_size(page_size);
        return Call(*this, *training_,
                    &v1::TrainingService::StubInterface::ListTrainingJobs,
                    request, options);
      },
      [](v1::ListTrainingJobsResponse& page) { return page.mutable_jobs(); });
}

absl::StatusOr<v1::TrainingJob> Client::CancelTrainingJob(
    const std::string& job, const CallOptions& options) const {
  v1::CancelTrainingJobRequest request;
  request.set_job(job);
  ASSIGN_OR_RETURN(v1::CancelTrainingJobResponse response,
                   Call(*this, *training_,
                        &v1::TrainingService::StubInterface::CancelTrainingJob,
                        request, options));
  return std::move(*response.mutable_job());
}

absl::StatusOr<v1::TrainingJob> Client::ResumeTrainingJob(
    const std::string& job, const CallOptions& options) const {
  v1::ResumeTrainingJobRequest request;
  request.set_job(job);
  ASSIGN_OR_RETURN(v1::ResumeTrainingJobResponse response,
                   Call(*this, *training_,
                        &v1::TrainingService::StubInterface::ResumeTrainingJob,
                        request, options));
  return std::move(*response.mutable_job());
}

absl::Status Client::DeleteTrainingJob(const std::string& job,
                                       const CallOptions& options) const {
  v1::DeleteTrainingJobRequest request;
  request.set_job(job);
  return Call(*this, *training_,
              &v1::TrainingService::StubInterface::DeleteTrainingJob, request,
              options)
      .status();
}

absl::StatusOr<std::vector<v1::Epoch>> Client::ListEpochs(
    const std::string& job, const CallOptions& options) const {
  v1::ListEpochsRequest request;
  request.set_job(job);
  request.set_page_size(kPageSize);
  return FetchAll<v1::Epoch>(
      [&](const std::string& token) {
        request.set_page_token(token);
        return Call(*this, *training_,
                    &v1::TrainingService::StubInterface::ListEpochs, request,
                    options);
      },
      [](v1::ListEpochsResponse& page) { return page.mutable_epochs(); });
}

}  // namespace carousel::client
