#include "tests/support/server_fixture.h"

#include <grpcpp/create_channel.h>

#include <algorithm>
#include <filesystem>
#include <thread>

#include "core/base/clock.h"
#include "core/base/sha256.h"
#include "core/store/data_folder.h"
#include "core/store/database.h"
#include "core/store/model_store.h"
#include "tests/support/grpc_status.h"
#include "tests/support/sample_data.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tiny_model.h"

namespace carousel {
namespace {

// Small, so that a short file is several pieces.
constexpr std::size_t kPieceBytes = 1000;

// Writes data and end of an upload whose header is written.
template <typename Writer, typename Request>
void WriteFileParts(const std::string& content, Writer& writer,
                    Request request) {
  for (std::size_t begin = 0; begin < content.size(); begin += kPieceBytes) {
    request.set_data(content.substr(begin, kPieceBytes));
    if (!writer.Write(request)) return;  // refused; Finish says why
  }
  request.mutable_end()->set_sha256(ToHex(Sha256Of(content)));
  writer.Write(request);
  writer.WritesDone();
}

}  // namespace

ServerFixture::ServerFixture() {
  options_.data_dir = data_dir_ / "data";
  options_.listen = "127.0.0.1:0";
  options_.metrics_listen = "127.0.0.1:0";
  options_.device = "cpu";
  options_.threads = 1;
  options_.train_threads = 1;
  options_.worker_binary = CAROUSEL_WORKER_BINARY;
}

void ServerFixture::PublishTinyModel(const std::string& model,
                                     const std::string& dataset) {
  // A folder of its own: a store may link to its files.
  const TempDir content;
  ASSERT_OK(WriteTinyModel(content.path()));
  PublishModel(model, dataset, content.path());
}

void ServerFixture::PublishBrokenModel(const std::string& model) {
  const TempDir content;
  ASSERT_OK(WriteOverflowingModel(content.path()));
  PublishModel(model, "reviews", content.path());
}

void ServerFixture::PublishModel(const std::string& model,
                                 const std::string& dataset,
                                 const std::filesystem::path& content) {
  ASSERT_OK_AND_ASSIGN(const auto folder, DataFolder::Open(options_.data_dir));
  ASSERT_OK_AND_ASSIGN(const auto database,
                       CatalogueDatabase::Open(folder->database()));
  ModelStore store(*folder, *database, Clock::Real());
  ModelVersionRecord record;
  record.model = model;
  record.dataset = dataset;
  record.vectors = "words";
  record.validation_accuracy = 0.75;
  ASSERT_OK_AND_ASSIGN(record, store.Publish(record, content));
  ASSERT_OK(store.SetLabel(model, record.version, kLatestLabel));
}

void ServerFixture::StartServer() { StartServer(log_); }

void ServerFixture::StartServer(EventLog& log) {
  ASSERT_OK_AND_ASSIGN(server_, CarouselServer::Create(options_, log));
  ASSERT_OK(server_->Start());
  channel_ = grpc::CreateChannel(server_->address(),
                                 grpc::InsecureChannelCredentials());
  sentiment_ = v1::SentimentService::NewStub(channel_);
  training_ = v1::TrainingService::NewStub(channel_);
  models_ = v1::ModelService::NewStub(channel_);
  datasets_ = v1::DatasetService::NewStub(channel_);
  info_ = v1::ServerService::NewStub(channel_);
  admin_ = v1::AdminService::NewStub(channel_);
  analysis_ = v1::AnalysisService::NewStub(channel_);
}

void ServerFixture::StopServer() { server_.reset(); }

grpc::Status ServerFixture::UploadDataset(const v1::DatasetHeader& header,
                                          const std::string& csv,
                                          v1::UploadDatasetResponse* response) {
  grpc::ClientContext context;
  v1::UploadDatasetResponse own_response;
  const auto writer = datasets_->UploadDataset(
      &context, response == nullptr ? &own_response : response);
  v1::UploadDatasetRequest request;
  *request.mutable_header() = header;
  writer->Write(request);
  WriteFileParts(csv, *writer, request);
  return writer->Finish();
}

grpc::Status ServerFixture::UploadDataset(const std::string& name,
                                          const std::string& csv,
                                          v1::UploadDatasetResponse* response) {
  v1::DatasetHeader header;
  header.set_name(name);
  header.set_id_column("id");
  return UploadDataset(header, csv, response);
}

grpc::Status ServerFixture::UploadVectors(const v1::VectorsHeader& header,
                                          const std::string& text,
                                          v1::UploadVectorsResponse* response) {
  grpc::ClientContext context;
  v1::UploadVectorsResponse own_response;
  const auto writer = datasets_->UploadVectors(
      &context, response == nullptr ? &own_response : response);
  v1::UploadVectorsRequest request;
  *request.mutable_header() = header;
  writer->Write(request);
  WriteFileParts(text, *writer, request);
  return writer->Finish();
}

grpc::Status ServerFixture::UploadVectors(const std::string& name,
                                          const std::string& text,
                                          v1::UploadVectorsResponse* response) {
  v1::VectorsHeader header;
  header.set_name(name);
  return UploadVectors(header, text, response);
}

void ServerFixture::UploadSamples() {
  ASSERT_THAT(UploadDataset("reviews", SampleReviews()), IsGrpcOk());
  ASSERT_THAT(UploadVectors("words", SampleVectors()), IsGrpcOk());
}

v1::TrainRequest ServerFixture::SampleTrainRequest() {
  v1::TrainRequest request;
  request.set_dataset("reviews");
  request.set_vectors("words");
  request.set_model("tiny");
  request.set_epochs(2);
  (*request.mutable_settings())["hidden_size"] = "4";
  (*request.mutable_settings())["batch_size"] = "8";
  (*request.mutable_settings())["max_tokens"] = "16";
  return request;
}

v1::TrainRequest ServerFixture::EndlessTrainRequest() {
  v1::TrainRequest request = SampleTrainRequest();
  request.set_epochs(10000);
  return request;
}

std::string ServerFixture::Train(const v1::TrainRequest& request) {
  grpc::ClientContext context;
  v1::TrainResponse response;
  const grpc::Status status = training_->Train(&context, request, &response);
  EXPECT_THAT(status, IsGrpcOk());
  return response.job().job();
}

v1::TrainingJob ServerFixture::GetJob(const std::string& job) {
  grpc::ClientContext context;
  v1::GetTrainingJobRequest request;
  request.set_job(job);
  v1::GetTrainingJobResponse response;
  EXPECT_THAT(training_->GetTrainingJob(&context, request, &response),
              IsGrpcOk());
  return response.job();
}

std::vector<v1::WatchTrainingJobResponse> ServerFixture::Watch(
    const std::string& job, grpc::Status* status) {
  grpc::ClientContext context;
  v1::WatchTrainingJobRequest request;
  request.set_job(job);
  const auto reader = training_->WatchTrainingJob(&context, request);
  std::vector<v1::WatchTrainingJobResponse> events;
  for (v1::WatchTrainingJobResponse event; reader->Read(&event);) {
    events.push_back(event);
  }
  const grpc::Status final_status = reader->Finish();
  if (status != nullptr) {
    *status = final_status;
  } else {
    EXPECT_THAT(final_status, IsGrpcOk());
  }
  return events;
}

void ServerFixture::WaitUntilRunning(const std::string& job) {
  grpc::ClientContext context;
  v1::WatchTrainingJobRequest request;
  request.set_job(job);
  const auto reader = training_->WatchTrainingJob(&context, request);
  v1::WatchTrainingJobResponse event;
  do {
    ASSERT_TRUE(reader->Read(&event)) << "the job told nothing of its run";
  } while (!event.stage().empty());
  ASSERT_FALSE(event.has_job()) << "the job is over: " << event.DebugString();
  context.TryCancel();
  reader->Finish();
}

Series ServerFixture::ScrapeMetrics() const {
  const auto series = Scrape(server_->metrics_address());
  EXPECT_OK(series);
  return series.ok() ? *series : Series();
}

double ServerFixture::Ended(const std::string& method,
                            const std::string& code) const {
  const Series series = ScrapeMetrics();
  const auto found = series.find("carousel_rpc_requests_total{code=\"" + code +
                                 "\",method=\"" + method + "\"}");
  return found == series.end() ? 0 : found->second;
}

void ServerFixture::WaitUntilInFlight(const std::string& method) const {
  while (InFlight(method) == 0) std::this_thread::yield();
}

void ServerFixture::WaitUntilNoneInFlight(const std::string& method) const {
  while (InFlight(method) != 0) std::this_thread::yield();
}

void ServerFixture::TrickleUntilNoneInFlight(HeldFile& file,
                                             const std::string& method) const {
  while (InFlight(method) != 0) {
    file.Trickle();
    std::this_thread::yield();
  }
}

void ServerFixture::SetServerDeadline(grpc::ClientContext& context,
                                      std::chrono::milliseconds timeout) {
  // What gRPC makes of a deadline of the client's: milliseconds and their unit.
  context.AddMetadata("grpc-timeout", std::to_string(timeout.count()) + "m");
}

void ServerFixture::ExpectNoUploads() const {
  for (const char* folder : {"tmp", "datasets", "vectors"}) {
    EXPECT_TRUE(std::filesystem::is_empty(Stored(folder))) << folder;
  }
}

double ServerFixture::InFlight(const std::string& method) const {
  const Series series = ScrapeMetrics();
  const auto found =
      series.find("carousel_rpc_in_flight{method=\"" + method + "\"}");
  return found == series.end() ? 0 : found->second;
}

}  // namespace carousel
