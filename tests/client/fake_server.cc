#include "tests/client/fake_server.h"

#include <grpcpp/server_builder.h>

#include <chrono>
#include <stdexcept>

#include "absl/strings/str_cat.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace carousel::client {
namespace {

grpc::Status NoAnswer() {
  return {grpc::StatusCode::UNIMPLEMENTED, "the test gave no answer"};
}

template <typename Function, typename... Arguments>
grpc::Status Call(const Function& function, Arguments&&... arguments) {
  return function ? function(std::forward<Arguments>(arguments)...)
                  : NoAnswer();
}

}  // namespace

// A unary method that hands over to the answer of that name.
#define UNARY(Method, answer)                                    \
  grpc::Status Method(grpc::ServerContext* context,              \
                      const v1::Method##Request* request,        \
                      v1::Method##Response* response) override { \
    fake.Note(*context);                                         \
    return Call(fake.answer, *request, *response);               \
  }

struct FakeServer::Services {
  struct Sentiment final : v1::SentimentService::Service {
    explicit Sentiment(FakeServer& server) : fake(server) {}
    UNARY(Predict, predict)
    grpc::Status PredictStream(
        grpc::ServerContext* context,
        grpc::ServerReaderWriter<v1::PredictStreamResponse,
                                 v1::PredictStreamRequest>* stream) override {
      fake.Note(*context);
      return Call(fake.predict_stream, *stream);
    }
    UNARY(Evaluate, evaluate)
    UNARY(GetEmbeddingProjection, project)
    FakeServer& fake;
  };
  struct Training final : v1::TrainingService::Service {
    explicit Training(FakeServer& server) : fake(server) {}
    UNARY(Train, train)
    UNARY(TrainVectors, train_vectors)
    UNARY(GetTrainingJob, get_job)
    UNARY(ListTrainingJobs, list_jobs)
    UNARY(CancelTrainingJob, cancel_job)
    UNARY(ResumeTrainingJob, resume_job)
    UNARY(DeleteTrainingJob, delete_job)
    UNARY(ListEpochs, list_epochs)
    grpc::Status WatchTrainingJob(
        grpc::ServerContext* context,
        const v1::WatchTrainingJobRequest* request,
        grpc::ServerWriter<v1::WatchTrainingJobResponse>* writer) override {
      fake.Note(*context);
      return Call(fake.watch_job, *request, *writer);
    }
    FakeServer& fake;
  };
  struct Models final : v1::ModelService::Service {
    explicit Models(FakeServer& server) : fake(server) {}
    UNARY(ListModels, list_models)
    UNARY(GetModel, get_model)
    UNARY(PromoteModel, promote_model)
    UNARY(LoadModel, load_model)
    UNARY(UnloadModel, unload_model)
    UNARY(DeleteModel, delete_model)
    grpc::Status ExportModel(
        grpc::ServerContext* context, const v1::ExportModelRequest* request,
        grpc::ServerWriter<v1::ExportModelResponse>* writer) override {
      fake.Note(*context);
      return Call(fake.export_model, *request, *writer);
    }
    grpc::Status ImportModel(grpc::ServerContext* context,
                             grpc::ServerReader<v1::ImportModelRequest>* reader,
                             v1::ImportModelResponse* response) override {
      fake.Note(*context);
      return Call(fake.import_model, *reader, *response);
    }
    FakeServer& fake;
  };
  struct Datasets final : v1::DatasetService::Service {
    explicit Datasets(FakeServer& server) : fake(server) {}
    UNARY(ListDatasets, list_datasets)
    UNARY(DescribeDataset, describe)
    UNARY(DeleteDataset, delete_dataset)
    UNARY(ListVectors, list_vectors)
    UNARY(DeleteVectors, delete_vectors)
    grpc::Status UploadDataset(
        grpc::ServerContext* context,
        grpc::ServerReader<v1::UploadDatasetRequest>* reader,
        v1::UploadDatasetResponse* response) override {
      fake.Note(*context);
      return Call(fake.upload_dataset, *reader, *response);
    }
    grpc::Status UploadVectors(
        grpc::ServerContext* context,
        grpc::ServerReader<v1::UploadVectorsRequest>* reader,
        v1::UploadVectorsResponse* response) override {
      fake.Note(*context);
      return Call(fake.upload_vectors, *reader, *response);
    }
    FakeServer& fake;
  };
  struct Info final : v1::ServerService::Service {
    explicit Info(FakeServer& server) : fake(server) {}
    UNARY(GetServerInfo, get_server_info)
    FakeServer& fake;
  };

  struct Health final : grpc::health::v1::Health::Service {
    explicit Health(FakeServer& server) : fake(server) {}
    grpc::Status Check(
        grpc::ServerContext* context,
        const grpc::health::v1::HealthCheckRequest* request,
        grpc::health::v1::HealthCheckResponse* response) override {
      fake.Note(*context);
      return Call(fake.check_health, *request, *response);
    }
    FakeServer& fake;
  };

  struct Admin final : v1::AdminService::Service {
    explicit Admin(FakeServer& server) : fake(server) {}
    grpc::Status Backup(
        grpc::ServerContext*, const v1::BackupRequest* request,
        grpc::ServerWriter<v1::BackupResponse>* writer) override {
      return Call(fake.backup, *request, *writer);
    }
    UNARY(GetLogLevel, get_log_level)
    UNARY(SetLogLevel, set_log_level)
    FakeServer& fake;
  };

  struct Analysis final : v1::AnalysisService::Service {
    explicit Analysis(FakeServer& server) : fake(server) {}
    UNARY(GetNeighbours, find_neighbours)
    FakeServer& fake;
  };

  explicit Services(FakeServer& server)
      : sentiment(server),
        training(server),
        models(server),
        datasets(server),
        info(server),
        health(server),
        admin(server),
        analysis(server) {}

  Sentiment sentiment;
  Training training;
  Models models;
  Datasets datasets;
  Info info;
  Health health;
  Admin admin;
  Analysis analysis;
};

#undef UNARY

FakeServer::FakeServer() : FakeServer(grpc::InsecureServerCredentials()) {}

FakeServer::FakeServer(
    const std::shared_ptr<grpc::ServerCredentials>& credentials)
    : services_(std::make_unique<Services>(*this)) {
  int port = 0;
  grpc::ServerBuilder builder;
  builder.AddListeningPort("127.0.0.1:0", credentials, &port);
  builder.SetMaxReceiveMessageSize(64 << 20);
  builder.RegisterService(&services_->sentiment);
  builder.RegisterService(&services_->training);
  builder.RegisterService(&services_->models);
  builder.RegisterService(&services_->datasets);
  builder.RegisterService(&services_->info);
  builder.RegisterService(&services_->health);
  builder.RegisterService(&services_->admin);
  builder.RegisterService(&services_->analysis);
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) throw std::runtime_error("cannot start a server");
  address_ = absl::StrCat("127.0.0.1:", port);
}

std::string FakeServer::authorization() const {
  MutexLock lock(mutex_);
  return authorization_;
}

void FakeServer::Note(const grpc::ServerContext& context) {
  const auto& metadata = context.client_metadata();
  const auto found = metadata.find("authorization");
  MutexLock lock(mutex_);
  authorization_ = found == metadata.end() ? ""
                                           : std::string(found->second.data(),
                                                         found->second.size());
}

FakeServer::~FakeServer() {
  // Calls that a test left behind are cancelled, not waited for.
  server_->Shutdown(std::chrono::system_clock::now());
}

grpc::Status StatusWithDetails(grpc::StatusCode code,
                               const std::string& message,
                               const Details& details) {
  google::rpc::Status status;
  status.set_code(code);
  status.set_message(message);
  if (!details.violations.empty()) {
    google::rpc::BadRequest bad_request;
    for (const auto& [field, description] : details.violations) {
      auto& violation = *bad_request.add_field_violations();
      violation.set_field(field);
      violation.set_description(description);
    }
    status.add_details()->PackFrom(bad_request);
  }
  if (!details.reason.empty()) {
    google::rpc::ErrorInfo info;
    info.set_reason(details.reason);
    status.add_details()->PackFrom(info);
  }
  if (details.retry_seconds > 0) {
    google::rpc::RetryInfo retry;
    const auto seconds = static_cast<std::int64_t>(details.retry_seconds);
    retry.mutable_retry_delay()->set_seconds(seconds);
    retry.mutable_retry_delay()->set_nanos(static_cast<std::int32_t>(
        (details.retry_seconds - static_cast<double>(seconds)) * 1e9));
    status.add_details()->PackFrom(retry);
  }
  return {code, message, status.SerializeAsString()};
}

}  // namespace carousel::client
