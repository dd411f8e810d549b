#include "server/training_service.h"

#include <stop_token>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/base/status_macros.h"
#include "core/data/dataset.h"
#include "server/call_context.h"
#include "server/training_translation.h"
#include "server/watch_call.h"

namespace carousel {
namespace {

// Now, and not by a job that fails. Says nothing of a dataset that is not
// there: what is not there is named together.
absl::Status CheckCanBeTrainedOn(const DataFolder& folder,
                                 const std::string& dataset) {
  const auto options = ReadImportOptions(folder.dataset(dataset));
  if (absl::IsNotFound(options.status())) return absl::OkStatus();
  RETURN_IF_ERROR(options.status());
  if (options->unlabelled) {
    return absl::FailedPreconditionError(absl::StrCat(
        "dataset ", dataset,
        " has no labels to learn from; it was imported with --unlabelled"));
  }
  const auto& [train, validation, test] = options->shares;
  if (validation > 0) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "dataset ", dataset, " is split ", train, "/", validation, "/", test,
      " and has no validation texts, by which training chooses its epoch; "
      "import it with a share for them, such as 70/20/10"));
}

}  // namespace

v1::TrainingJob TrainingService::Describe(const JobRecord& job) const {
  return ToProto(job, runner_.Outlook(job));
}

grpc::ServerUnaryReactor* TrainingService::Train(
    grpc::CallbackServerContext* context, const v1::TrainRequest* request,
    v1::TrainResponse* response) {
  return unary_.Run(
      authorizer_.Authorize(*context, Role::kTrain), *context,
      [=, this](const std::stop_token&) -> absl::Status {
        ASSIGN_OR_RETURN(JobRecord asked, FromProto(*request, engine_));
        asked.origin = OriginOf(*context);
        RETURN_IF_ERROR(CheckCanBeTrainedOn(folder_, asked.dataset));
        ASSIGN_OR_RETURN(const JobRecord job, runner_.Submit(asked));
        log_.Info("job_queued", {{"job", job.job}, {"model", job.model}});
        *response->mutable_job() = Describe(job);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* TrainingService::TrainVectors(
    grpc::CallbackServerContext* context,
    const v1::TrainVectorsRequest* request,
    v1::TrainVectorsResponse* response) {
  return unary_.Run(
      authorizer_.Authorize(*context, Role::kTrain), *context,
      [=, this](const std::stop_token&) -> absl::Status {
        ASSIGN_OR_RETURN(JobRecord asked, FromProto(*request));
        asked.origin = OriginOf(*context);
        ASSIGN_OR_RETURN(const JobRecord job, runner_.Submit(asked));
        log_.Info("job_queued", {{"job", job.job}, {"vectors", job.vectors}});
        *response->mutable_job() = Describe(job);
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* TrainingService::GetTrainingJob(
    grpc::CallbackServerContext* context,
    const v1::GetTrainingJobRequest* request,
    v1::GetTrainingJobResponse* response) {
  return unary_.Run(authorizer_.Authorize(*context, Role::kPredict), *context,
                    [=, this](const std::stop_token&) -> absl::Status {
                      ASSIGN_OR_RETURN(const JobRecord job,
                                       jobs_.Get(request->job()));
                      *response->mutable_job() = Describe(job);
                      return absl::OkStatus();
                    });
}

grpc::ServerUnaryReactor* TrainingService::ListTrainingJobs(
    grpc::CallbackServerContext* context,
    const v1::ListTrainingJobsRequest* request,
    v1::ListTrainingJobsResponse* response) {
  return unary_.Run(
      authorizer_.Authorize(*context, Role::kPredict), *context,
      [=, this](const std::stop_token&) -> absl::Status {
        ASSIGN_OR_RETURN(const JobListRequest list, FromProto(*request));
        ASSIGN_OR_RETURN(const auto page, jobs_.List(list.state, list.page));
        for (const JobRecord& job : page.records) {
          *response->add_jobs() = Describe(job);
        }
        response->set_next_page_token(page.next_page_token);
        return absl::OkStatus();
      });
}

grpc::ServerWriteReactor<v1::WatchTrainingJobResponse>*
TrainingService::WatchTrainingJob(grpc::CallbackServerContext* context,
                                  const v1::WatchTrainingJobRequest* request) {
  absl::Status admitted = authorizer_.Authorize(*context, Role::kPredict);
  admitted.Update(gate_.Admit());
  admitted.Update(Check(*request));
  return new WatchCall(admitted, *context, *request, runner_, executor_);
}

grpc::ServerUnaryReactor* TrainingService::CancelTrainingJob(
    grpc::CallbackServerContext* context,
    const v1::CancelTrainingJobRequest* request,
    v1::CancelTrainingJobResponse* response) {
  return unary_.Run(authorizer_.Authorize(*context, Role::kTrain), *context,
                    [=, this](const std::stop_token&) -> absl::Status {
                      ASSIGN_OR_RETURN(const JobRecord job,
                                       runner_.Cancel(request->job()));
                      *response->mutable_job() = Describe(job);
                      return absl::OkStatus();
                    });
}

grpc::ServerUnaryReactor* TrainingService::ResumeTrainingJob(
    grpc::CallbackServerContext* context,
    const v1::ResumeTrainingJobRequest* request,
    v1::ResumeTrainingJobResponse* response) {
  return unary_.Run(authorizer_.Authorize(*context, Role::kTrain), *context,
                    [=, this](const std::stop_token&) -> absl::Status {
                      ASSIGN_OR_RETURN(const JobRecord job,
                                       runner_.Resume(request->job()));
                      *response->mutable_job() = Describe(job);
                      return absl::OkStatus();
                    });
}

grpc::ServerUnaryReactor* TrainingService::DeleteTrainingJob(
    grpc::CallbackServerContext* context,
    const v1::DeleteTrainingJobRequest* request,
    v1::DeleteTrainingJobResponse* response) {
  return unary_.Run(authorizer_.Authorize(*context, Role::kAdmin), *context,
                    [=, this](const std::stop_token&) -> absl::Status {
                      RETURN_IF_ERROR(jobs_.Delete(request->job(), folder_));
                      log_.Info("job_deleted", {{"job", request->job()}});
                      return absl::OkStatus();
                    });
}

grpc::ServerUnaryReactor* TrainingService::ListEpochs(
    grpc::CallbackServerContext* context, const v1::ListEpochsRequest* request,
    v1::ListEpochsResponse* response) {
  return unary_.Run(
      authorizer_.Authorize(*context, Role::kPredict), *context,
      [=, this](const std::stop_token&) -> absl::Status {
        ASSIGN_OR_RETURN(const EpochListRequest list, FromProto(*request));
        ASSIGN_OR_RETURN(const auto epochs, jobs_.ListEpochs(list.job));
        *response = ToProto(epochs, list);
        return absl::OkStatus();
      });
}

}  // namespace carousel
