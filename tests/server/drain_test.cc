// How a server goes down: what new calls hear, what becomes of running ones.
#include <grpcpp/client_context.h>

#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "core/base/sha256.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/grpc_status.h"
#include "tests/support/health_client.h"
#include "tests/support/sample_data.h"
#include "tests/support/server_fixture.h"

namespace carousel {
namespace {

using grpc::StatusCode;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using Health = grpc::health::v1::HealthCheckResponse;

// A unary call with an empty request.
template <typename Stub, typename Request, typename Response>
grpc::Status CallEmpty(Stub& stub,
                       grpc::Status (Stub::*method)(grpc::ClientContext*,
                                                    const Request&,
                                                    Response*)) {
  grpc::ClientContext context;
  Response response;
  return (stub.*method)(&context, Request(), &response);
}

// The same of two streams.
template <typename Stub, typename Request, typename Response>
grpc::Status ExchangeEmpty(
    Stub& stub, std::unique_ptr<grpc::ClientReaderWriter<Request, Response>> (
                    Stub::*method)(grpc::ClientContext*)) {
  grpc::ClientContext context;
  const auto exchange = (stub.*method)(&context);
  exchange->Write(Request());
  Response response;
  while (exchange->Read(&response)) {
  }
  return exchange->Finish();
}

// The same that reads a stream.
template <typename Stub, typename Request, typename Response>
grpc::Status StreamEmpty(Stub& stub,
                         std::unique_ptr<grpc::ClientReader<Response>> (
                             Stub::*method)(grpc::ClientContext*,
                                            const Request&)) {
  grpc::ClientContext context;
  const auto reader = (stub.*method)(&context, Request());
  Response response;
  while (reader->Read(&response)) {
  }
  return reader->Finish();
}

class DrainTest : public ServerFixture {
 protected:
  ~DrainTest() override {
    if (shutdown_.joinable()) shutdown_.join();
  }

  // An upload that is under way: it lies in tmp/.
  void BeginUpload() {
    writer_ = datasets_->UploadDataset(&upload_context_, &upload_response_);
    request_.mutable_header()->set_name("reviews");
    ASSERT_TRUE(writer_->Write(request_));
    while (std::filesystem::is_empty(Stored("tmp"))) std::this_thread::yield();
  }

  grpc::Status EndUpload() {
    const std::string csv = SampleReviews();
    request_.set_data(csv);
    EXPECT_TRUE(writer_->Write(request_));
    request_.mutable_end()->set_sha256(ToHex(Sha256Of(csv)));
    EXPECT_TRUE(writer_->Write(request_));
    return writer_->Finish();
  }

  // Returns when the server drains, which the upload keeps it at.
  void BeginShutdown() {
    shutdown_ = std::thread([this] { server_->Shutdown(); });
    while (CallEmpty(*info_, &v1::ServerService::Stub::GetServerInfo).ok()) {
    }
  }

  grpc::ClientContext upload_context_;
  v1::UploadDatasetRequest request_;
  v1::UploadDatasetResponse upload_response_;
  std::unique_ptr<grpc::ClientWriter<v1::UploadDatasetRequest>> writer_;
  std::thread shutdown_;
};

TEST_F(DrainTest, EveryNewCallIsRefused) {
  StartServer();
  BeginUpload();
  BeginShutdown();
  using Sentiment = v1::SentimentService::Stub;
  using Training = v1::TrainingService::Stub;
  using Models = v1::ModelService::Stub;
  using Datasets = v1::DatasetService::Stub;
  const std::vector<std::pair<const char*, grpc::Status>> calls = {
      {"Predict", CallEmpty(*sentiment_, &Sentiment::Predict)},
      {"PredictStream", ExchangeEmpty(*sentiment_, &Sentiment::PredictStream)},
      {"Evaluate", CallEmpty(*sentiment_, &Sentiment::Evaluate)},
      {"GetEmbeddingProjection",
       CallEmpty(*sentiment_, &Sentiment::GetEmbeddingProjection)},
      {"Train", CallEmpty(*training_, &Training::Train)},
      {"GetTrainingJob", CallEmpty(*training_, &Training::GetTrainingJob)},
      {"ListTrainingJobs", CallEmpty(*training_, &Training::ListTrainingJobs)},
      {"WatchTrainingJob",
       StreamEmpty(*training_, &Training::WatchTrainingJob)},
      {"CancelTrainingJob",
       CallEmpty(*training_, &Training::CancelTrainingJob)},
      {"ResumeTrainingJob",
       CallEmpty(*training_, &Training::ResumeTrainingJob)},
      {"ListEpochs", CallEmpty(*training_, &Training::ListEpochs)},
      {"ListModels", CallEmpty(*models_, &Models::ListModels)},
      {"GetModel", CallEmpty(*models_, &Models::GetModel)},
      {"PromoteModel", CallEmpty(*models_, &Models::PromoteModel)},
      {"LoadModel", CallEmpty(*models_, &Models::LoadModel)},
      {"UnloadModel", CallEmpty(*models_, &Models::UnloadModel)},
      {"DeleteModel", CallEmpty(*models_, &Models::DeleteModel)},
      {"ExportModel", StreamEmpty(*models_, &Models::ExportModel)},
      {"UploadDataset", UploadDataset("others", SampleReviews())},
      {"UploadVectors", UploadVectors("words", SampleVectors())},
      {"ListDatasets", CallEmpty(*datasets_, &Datasets::ListDatasets)},
      {"DescribeDataset", CallEmpty(*datasets_, &Datasets::DescribeDataset)},
      {"DeleteDataset", CallEmpty(*datasets_, &Datasets::DeleteDataset)},
      {"ListVectors", CallEmpty(*datasets_, &Datasets::ListVectors)},
      {"DeleteVectors", CallEmpty(*datasets_, &Datasets::DeleteVectors)},
      {"GetServerInfo",
       CallEmpty(*info_, &v1::ServerService::Stub::GetServerInfo)},
      {"GetNeighbours",
       CallEmpty(*analysis_, &v1::AnalysisService::Stub::GetNeighbours)},
      {"Backup", StreamEmpty(*admin_, &v1::AdminService::Stub::Backup)}};
  for (const auto& [method, status] : calls) {
    EXPECT_THAT(status, GrpcCodeIs(StatusCode::UNAVAILABLE)) << method;
    EXPECT_EQ(ReasonOf(status), "DRAINING") << method;
  }
  EXPECT_THAT(EndUpload(), IsGrpcOk());
}

TEST_F(DrainTest, ARunningCallFinishes) {
  StartServer();
  BeginUpload();
  BeginShutdown();
  EXPECT_THAT(EndUpload(), IsGrpcOk());
  EXPECT_EQ(upload_response_.dataset().rows(), 40);
  shutdown_.join();
  EXPECT_THAT(CallEmpty(*info_, &v1::ServerService::Stub::GetServerInfo),
              GrpcCodeIs(StatusCode::UNAVAILABLE));
}

TEST_F(DrainTest, WhatTakesTooLongIsBrokenOff) {
  options_.drain = absl::ZeroDuration();
  StartServer();
  BeginUpload();
  server_->Shutdown();
  EXPECT_THAT(writer_->Finish(), AnyOf(GrpcCodeIs(StatusCode::UNAVAILABLE),
                                       GrpcCodeIs(StatusCode::CANCELLED)));
  ExpectNoUploads();
  EXPECT_THAT(log(), HasSubstr("drain_time_over"));
}

TEST_F(DrainTest, HealthSaysSoToWhoeverAsksAndWhoeverWatches) {
  StartServer();
  HealthClient health(channel_);
  HealthWatch watch(channel_, "carousel.v1.SentimentService");
  EXPECT_EQ(watch.Next(), Health::SERVING);
  BeginUpload();
  BeginShutdown();
  EXPECT_EQ(watch.Next(), Health::NOT_SERVING);
  while (health.Check("").status() == Health::SERVING) {
    std::this_thread::yield();
  }
  EXPECT_EQ(health.Check("carousel.v1.SentimentService").status(),
            Health::NOT_SERVING);
  EXPECT_THAT(EndUpload(), IsGrpcOk());
}

}  // namespace
}  // namespace carousel
