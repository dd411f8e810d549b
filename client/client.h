// A connection to a Carousel server: its unary calls, one method each.
//
// Calls that stream have their own files: upload.h and model_import.h (files to
// the server), job_watcher.h (a job's progress), model_export.h and backup.h
// (files from the server), prediction_stream.h (a text that is answered as it
// comes); batch_predictor.h cuts any number of texts into calls of Predict.
//
// Every method sends one request and waits for the response, unless
// `options` ends it before. A server that cannot be reached is UNAVAILABLE,
// at once, with its address in the message and the reason kUnreachable.
// Other errors are the server's own (see the .proto files), with their
// details (see grpc_status.h).
#ifndef CAROUSEL_CLIENT_CLIENT_H_
#define CAROUSEL_CLIENT_CLIENT_H_

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "carousel/v1/admin.grpc.pb.h"
#include "carousel/v1/analysis.grpc.pb.h"
#include "carousel/v1/datasets.grpc.pb.h"
#include "carousel/v1/models.grpc.pb.h"
#include "carousel/v1/sentiment.grpc.pb.h"
#include "carousel/v1/server.grpc.pb.h"
#include "carousel/v1/training.grpc.pb.h"
#include "client/call_options.h"
#include "client/client_options.h"
#include "grpc/health/v1/health.grpc.pb.h"

namespace carousel::client {

// The reason (core/base/error_details.h) of a status that says that no server
// answered.
inline constexpr std::string_view kUnreachable = "UNREACHABLE";

// Thread-safe.
class Client {
 public:
  // Connects at the first call, and again whenever the connection is lost.
  explicit Client(const ClientOptions& options);
  // The same in clear text and without a key.
  explicit Client(std::string address);
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  const std::string& address() const { return address_; }

  absl::StatusOr<v1::PredictResponse> Predict(const v1::PredictRequest& request,
                                              const CallOptions& options) const;
  absl::StatusOr<v1::Evaluation> Evaluate(const v1::EvaluateRequest& request,
                                          const CallOptions& options) const;
  absl::StatusOr<v1::EmbeddingProjection> GetEmbeddingProjection(
      const v1::GetEmbeddingProjectionRequest& request,
      const CallOptions& options) const;

  absl::StatusOr<v1::GetNeighboursResponse> GetNeighbours(
      const v1::GetNeighboursRequest& request,
      const CallOptions& options) const;

  absl::StatusOr<v1::TrainingJob> Train(const v1::TrainRequest& request,
                                        const CallOptions& options) const;
  absl::StatusOr<v1::TrainingJob> TrainVectors(
      const v1::TrainVectorsRequest& request, const CallOptions& options) const;
  absl::StatusOr<v1::TrainingJob> GetTrainingJob(
      const std::string& job, const CallOptions& options) const;
  // The newest `limit` jobs, or all when it is 0, in as many pages as that
  // takes; `state` unspecified: jobs in every state.
  absl::StatusOr<std::vector<v1::TrainingJob>> ListTrainingJobs(
      v1::TrainingJob::State state, std::int64_t limit,
      const CallOptions& options) const;
  absl::StatusOr<v1::TrainingJob> CancelTrainingJob(
      const std::string& job, const CallOptions& options) const;
  absl::StatusOr<v1::TrainingJob> ResumeTrainingJob(
      const std::string& job, const CallOptions& options) const;
  absl::Status DeleteTrainingJob(const std::string& job,
                                 const CallOptions& options) const;
  // All pages.
  absl::StatusOr<std::vector<v1::Epoch>> ListEpochs(
      const std::string& job, const CallOptions& options) const;

  // All pages; `model` empty: of all models.
  absl::StatusOr<std::vector<v1::ModelVersion>> ListModels(
      const std::string& model, const CallOptions& options) const;
  absl::StatusOr<v1::GetModelResponse> GetModel(
      const std::string& model, const CallOptions& options) const;
  absl::StatusOr<v1::ModelVersion> PromoteModel(
      const std::string& model, const std::string& label,
      const CallOptions& options) const;
  absl::StatusOr<v1::ModelVersion> LoadModel(const std::string& model,
                                             const CallOptions& options) const;
  absl::StatusOr<v1::ModelVersion> UnloadModel(
      const std::string& model, const CallOptions& options) const;
  // A version; with `all_versions`, the whole model of that name.
  absl::Status DeleteModel(const std::string& model, bool all_versions,
                           const CallOptions& options) const;

  // All pages.
  absl::StatusOr<std::vector<v1::Dataset>> ListDatasets(
      const CallOptions& options) const;
  absl::StatusOr<v1::DescribeDatasetResponse> DescribeDataset(
      const v1::DescribeDatasetRequest& request,
      const CallOptions& options) const;
  absl::Status DeleteDataset(const std::string& dataset,
                             const CallOptions& options) const;
  // All pages.
  absl::StatusOr<std::vector<v1::Vectors>> ListVectors(
      const CallOptions& options) const;
  absl::Status DeleteVectors(const std::string& vectors,
                             const CallOptions& options) const;

  absl::StatusOr<v1::ServerInfo> GetServerInfo(
      const CallOptions& options) const;
  // What grpc.health.v1 says of the server as a whole. Servers ask for no key
  // here.
  absl::StatusOr<grpc::health::v1::HealthCheckResponse> CheckHealth(
      const CallOptions& options) const;

  absl::StatusOr<v1::LogLevel> GetLogLevel(const CallOptions& options) const;
  // Returns the level that was in force before.
  absl::StatusOr<v1::LogLevel> SetLogLevel(v1::LogLevel level,
                                           const CallOptions& options) const;

  // For the calls that stream.
  v1::AdminService::StubInterface& admin_stub() const { return *admin_; }
  v1::DatasetService::StubInterface& dataset_stub() const { return *datasets_; }
  v1::ModelService::StubInterface& model_stub() const { return *models_; }
  v1::SentimentService::StubInterface& sentiment_stub() const {
    return *sentiment_;
  }
  v1::TrainingService::StubInterface& training_stub() const {
    return *training_;
  }
  // Adds the key to a call that is about to begin.
  void Authenticate(grpc::ClientContext& context) const;
  // The status of a call to this server that ended with `status`.
  absl::Status ToStatus(const grpc::Status& status) const;

 private:
  Client(const ClientOptions& options,
         const std::shared_ptr<grpc::Channel>& channel);

  const std::string address_;
  const std::string key_;
  const std::unique_ptr<v1::AdminService::StubInterface> admin_;
  const std::unique_ptr<v1::AnalysisService::StubInterface> analysis_;
  const std::unique_ptr<v1::DatasetService::StubInterface> datasets_;
  const std::unique_ptr<grpc::health::v1::Health::StubInterface> health_;
  const std::unique_ptr<v1::ModelService::StubInterface> models_;
  const std::unique_ptr<v1::SentimentService::StubInterface> sentiment_;
  const std::unique_ptr<v1::ServerService::StubInterface> server_;
  const std::unique_ptr<v1::TrainingService::StubInterface> training_;
};

}  // namespace carousel::client

#endif  // CAROUSEL_CLIENT_CLIENT_H_
