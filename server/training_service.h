// carousel.v1.TrainingService over core.
#ifndef CAROUSEL_SERVER_TRAINING_SERVICE_H_
#define CAROUSEL_SERVER_TRAINING_SERVICE_H_

#include <memory>

#include "carousel/v1/training.grpc.pb.h"
#include "core/base/executor.h"
#include "core/engine/engine.h"
#include "core/jobs/job_runner.h"
#include "core/store/data_folder.h"
#include "core/store/job_store.h"
#include "logging/event_log.h"
#include "server/authorizer.h"
#include "server/drain_gate.h"
#include "server/unary_call.h"

namespace carousel {

class TrainingService final : public v1::TrainingService::CallbackService {
 public:
  // Nothing is owned. `engine` is the workers'.
  TrainingService(const Authorizer& authorizer, Engine engine,
                  JobRunner& runner, JobStore& jobs, const DataFolder& folder,
                  Executor& executor, const DrainGate& gate,
                  const EventLog& log)
      : authorizer_(authorizer),
        engine_(engine),
        runner_(runner),
        jobs_(jobs),
        folder_(folder),
        executor_(executor),
        gate_(gate),
        unary_(executor, gate),
        log_(log) {}

  grpc::ServerUnaryReactor* Train(grpc::CallbackServerContext* context,
                                  const v1::TrainRequest* request,
                                  v1::TrainResponse* response) override;
  grpc::ServerUnaryReactor* TrainVectors(
      grpc::CallbackServerContext* context,
      const v1::TrainVectorsRequest* request,
      v1::TrainVectorsResponse* response) override;
  grpc::ServerUnaryReactor* GetTrainingJob(
      grpc::CallbackServerContext* context,
      const v1::GetTrainingJobRequest* request,
      v1::GetTrainingJobResponse* response) override;
  grpc::ServerUnaryReactor* ListTrainingJobs(
      grpc::CallbackServerContext* context,
      const v1::ListTrainingJobsRequest* request,
      v1::ListTrainingJobsResponse* response) override;
  grpc::ServerWriteReactor<v1::WatchTrainingJobResponse>* WatchTrainingJob(
      grpc::CallbackServerContext* context,
      const v1::WatchTrainingJobRequest* request) override;
  grpc::ServerUnaryReactor* CancelTrainingJob(
      grpc::CallbackServerContext* context,
      const v1::CancelTrainingJobRequest* request,
      v1::CancelTrainingJobResponse* response) override;
  grpc::ServerUnaryReactor* ResumeTrainingJob(
      grpc::CallbackServerContext* context,
      const v1::ResumeTrainingJobRequest* request,
      v1::ResumeTrainingJobResponse* response) override;
  grpc::ServerUnaryReactor* DeleteTrainingJob(
      grpc::CallbackServerContext* context,
      const v1::DeleteTrainingJobRequest* request,
      v1::DeleteTrainingJobResponse* response) override;
  grpc::ServerUnaryReactor* ListEpochs(
      grpc::CallbackServerContext* context,
      const v1::ListEpochsRequest* request,
      v1::ListEpochsResponse* response) override;

 private:
  // With what is to be expected of it.
  v1::TrainingJob Describe(const JobRecord& job) const;

  const Authorizer& authorizer_;
  const Engine engine_;
  JobRunner& runner_;
  JobStore& jobs_;
  const DataFolder& folder_;
  Executor& executor_;
  const DrainGate& gate_;
  const UnaryRunner unary_;
  const EventLog& log_;
};

}  // namespace carousel

#endif  // CAROUSEL_SERVER_TRAINING_SERVICE_H_
