// A server whose answers a test writes, on a free port of this machine.
#ifndef CAROUSEL_TESTS_CLIENT_FAKE_SERVER_H_
#define CAROUSEL_TESTS_CLIENT_FAKE_SERVER_H_

#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_context.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "carousel/v1/admin.grpc.pb.h"
#include "carousel/v1/analysis.grpc.pb.h"
#include "carousel/v1/datasets.grpc.pb.h"
#include "carousel/v1/models.grpc.pb.h"
#include "carousel/v1/sentiment.grpc.pb.h"
#include "carousel/v1/server.grpc.pb.h"
#include "carousel/v1/training.grpc.pb.h"
#include "core/base/mutex.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace carousel::client {

// What is asked of a method that a test gave no answer for ends with
// UNIMPLEMENTED. The answers run on the server's threads; they are to be set
// before the first call.
class FakeServer {
 public:
  template <typename Request, typename Response>
  using Answer = std::function<grpc::Status(const Request&, Response&)>;

  // In clear text unless other credentials are given.
  FakeServer();
  explicit FakeServer(
      const std::shared_ptr<grpc::ServerCredentials>& credentials);
  ~FakeServer();

  const std::string& address() const { return address_; }
  // The header "authorization" of the last call, whatever its method; "" when
  // it had none.
  std::string authorization() const EXCLUDES(mutex_);

  Answer<v1::PredictRequest, v1::PredictResponse> predict;
  Answer<v1::EvaluateRequest, v1::EvaluateResponse> evaluate;
  Answer<v1::GetEmbeddingProjectionRequest, v1::GetEmbeddingProjectionResponse>
      project;
  Answer<v1::GetNeighboursRequest, v1::GetNeighboursResponse> find_neighbours;
  Answer<v1::TrainRequest, v1::TrainResponse> train;
  Answer<v1::TrainVectorsRequest, v1::TrainVectorsResponse> train_vectors;
  Answer<v1::GetTrainingJobRequest, v1::GetTrainingJobResponse> get_job;
  Answer<v1::ListTrainingJobsRequest, v1::ListTrainingJobsResponse> list_jobs;
  Answer<v1::CancelTrainingJobRequest, v1::CancelTrainingJobResponse>
      cancel_job;
  Answer<v1::ResumeTrainingJobRequest, v1::ResumeTrainingJobResponse>
      resume_job;
  Answer<v1::DeleteTrainingJobRequest, v1::DeleteTrainingJobResponse>
      delete_job;
  Answer<v1::ListEpochsRequest, v1::ListEpochsResponse> list_epochs;
  Answer<v1::ListModelsRequest, v1::ListModelsResponse> list_models;
  Answer<v1::GetModelRequest, v1::GetModelResponse> get_model;
  Answer<v1::PromoteModelRequest, v1::PromoteModelResponse> promote_model;
  Answer<v1::LoadModelRequest, v1::LoadModelResponse> load_model;
  Answer<v1::UnloadModelRequest, v1::UnloadModelResponse> unload_model;
  Answer<v1::DeleteModelRequest, v1::DeleteModelResponse> delete_model;
  Answer<v1::ListDatasetsRequest, v1::ListDatasetsResponse> list_datasets;
  Answer<v1::DescribeDatasetRequest, v1::DescribeDatasetResponse> describe;
  Answer<v1::DeleteDatasetRequest, v1::DeleteDatasetResponse> delete_dataset;
  Answer<v1::ListVectorsRequest, v1::ListVectorsResponse> list_vectors;
  Answer<v1::DeleteVectorsRequest, v1::DeleteVectorsResponse> delete_vectors;
  Answer<v1::GetServerInfoRequest, v1::GetServerInfoResponse> get_server_info;
  Answer<v1::GetLogLevelRequest, v1::GetLogLevelResponse> get_log_level;
  Answer<v1::SetLogLevelRequest, v1::SetLogLevelResponse> set_log_level;
  Answer<grpc::health::v1::HealthCheckRequest,
         grpc::health::v1::HealthCheckResponse>
      check_health;

  // Streams: the request, then where to write to.
  std::function<grpc::Status(const v1::WatchTrainingJobRequest&,
                             grpc::ServerWriter<v1::WatchTrainingJobResponse>&)>
      watch_job;
  std::function<grpc::Status(const v1::ExportModelRequest&,
                             grpc::ServerWriter<v1::ExportModelResponse>&)>
      export_model;
  std::function<grpc::Status(const v1::BackupRequest&,
                             grpc::ServerWriter<v1::BackupResponse>&)>
      backup;
  // Both ways: where to read from and to write to.
  std::function<grpc::Status(
      grpc::ServerReaderWriter<v1::PredictStreamResponse,
                               v1::PredictStreamRequest>&)>
      predict_stream;
  // Uploads: where to read from, then the response.
  std::function<grpc::Status(grpc::ServerReader<v1::ImportModelRequest>&,
                             v1::ImportModelResponse&)>
      import_model;
  std::function<grpc::Status(grpc::ServerReader<v1::UploadDatasetRequest>&,
                             v1::UploadDatasetResponse&)>
      upload_dataset;
  std::function<grpc::Status(grpc::ServerReader<v1::UploadVectorsRequest>&,
                             v1::UploadVectorsResponse&)>
      upload_vectors;

 private:
  struct Services;

  void Note(const grpc::ServerContext& context) EXCLUDES(mutex_);

  mutable Mutex mutex_;
  std::string authorization_ GUARDED_BY(mutex_);
  std::string address_;
  std::unique_ptr<Services> services_;
  std::unique_ptr<grpc::Server> server_;
};

// An address where nothing listens: port 1 needs privileges, and nobody uses
// it.
inline constexpr char kUnusedAddress[] = "127.0.0.1:1";

// A status with google.rpc details, as the server sends it.
struct Details {
  std::vector<std::pair<std::string, std::string>> violations;
  std::string reason;
  double retry_seconds = 0;
};
grpc::Status StatusWithDetails(grpc::StatusCode code,
                               const std::string& message,
                               const Details& details);

}  // namespace carousel::client

#endif  // CAROUSEL_TESTS_CLIENT_FAKE_SERVER_H_
