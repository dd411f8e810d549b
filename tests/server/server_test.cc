#include "server/server.h"

#include <grpcpp/client_context.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <spdlog/sinks/null_sink.h>

#include <filesystem>
#include <string>
#include <vector>

#include "core/base/files.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "server/call_context.h"
#include "tests/support/grpc_status.h"
#include "tests/support/health_client.h"
#include "tests/support/server_fixture.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using grpc::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::SizeIs;

class ServerTest : public ServerFixture {
 protected:
  grpc::Status GetInfo(grpc::ClientContext& context) {
    v1::GetServerInfoResponse response;
    grpc::Status status = info_->GetServerInfo(&context, {}, &response);
    server_info_ = response.server();
    return status;
  }
  grpc::Status GetInfo() {
    grpc::ClientContext context;
    return GetInfo(context);
  }

  absl::Status StartAnother(const ServerOptions& options) {
    EventLog log(LogFormat::kText, LogLevel::off,
                 std::make_shared<spdlog::sinks::null_sink_mt>());
    auto server = CarouselServer::Create(options, log);
    return server.ok() ? (*server)->Start() : server.status();
  }

  v1::ServerInfo server_info_;
};

TEST_F(ServerTest, SaysWhatItIs) {
  PublishTinyModel("tiny");
  StartServer();
  ASSERT_THAT(GetInfo(), IsGrpcOk());
  EXPECT_EQ(server_info_.version(), "0.1.0");
  EXPECT_EQ(server_info_.torch(), "2.11.0");
  EXPECT_EQ(server_info_.device(), "cpu");
  EXPECT_EQ(server_info_.engine(), "fused");
  EXPECT_EQ(server_info_.train_slots(), 1);
  EXPECT_EQ(server_info_.running_jobs(), 0);
  EXPECT_EQ(server_info_.queued_jobs(), 0);
  EXPECT_THAT(server_info_.loaded_models(), ElementsAre("tiny@1"));
  EXPECT_EQ(server_info_.predict_queue_depth(), 0);
  EXPECT_TRUE(server_info_.has_started_at());
  EXPECT_EQ(server_info_.metrics_address(), server_->metrics_address());
}

TEST_F(ServerTest, LeavesItsAddressesWhileItServes) {
  StartServer();
  EXPECT_THAT(ReadFile(options_.data_dir / "address"),
              IsOkAndHolds(server_->address()));
  EXPECT_THAT(ReadFile(options_.data_dir / "metrics_address"),
              IsOkAndHolds(server_->metrics_address()));
  StopServer();
  EXPECT_FALSE(std::filesystem::exists(options_.data_dir / "address"));
  EXPECT_FALSE(std::filesystem::exists(options_.data_dir / "metrics_address"));
}

TEST_F(ServerTest, HealthSpeaksForEveryService) {
  StartServer();
  HealthClient health(channel_);
  for (const char* service :
       {"", "carousel.v1.SentimentService", "carousel.v1.TrainingService",
        "carousel.v1.ModelService", "carousel.v1.DatasetService",
        "carousel.v1.ServerService", "carousel.v1.AdminService",
        "carousel.v1.AnalysisService"}) {
    const auto response = health.Check(service);
    EXPECT_EQ(response.status(), grpc::health::v1::HealthCheckResponse::SERVING)
        << service;
  }
}

TEST_F(ServerTest, HealthKnowsNoOtherService) {
  StartServer();
  grpc::Status status;
  HealthClient(channel_).Check("carousel.v1.NoService", &status);
  EXPECT_THAT(status, GrpcCodeIs(StatusCode::NOT_FOUND));
}

TEST_F(ServerTest, RefusesASecondServerInItsFolder) {
  StartServer();
  EXPECT_THAT(
      StartAnother(options_),
      StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("in use")));
}

TEST_F(ServerTest, RefusesPortsThatAreInUse) {
  StartServer();
  ServerOptions options = options_;
  options.data_dir = data_dir_ / "other";
  options.listen = server_->address();
  EXPECT_THAT(
      StartAnother(options),
      StatusIs(absl::StatusCode::kUnavailable,
               HasSubstr("--listen: cannot listen on " + server_->address())));
  options.listen = "127.0.0.1:0";
  options.metrics_listen = server_->metrics_address();
  EXPECT_THAT(StartAnother(options),
              StatusIs(absl::StatusCode::kUnavailable,
                       HasSubstr("--metrics_listen: cannot listen on " +
                                 server_->metrics_address())));
  EXPECT_FALSE(std::filesystem::exists(data_dir_ / "other" / "address"));
}

TEST_F(ServerTest, RefusesToListenOpenly) {
  options_.listen = "0.0.0.0:0";
  EXPECT_THAT(StartAnother(options_),
              StatusIs(absl::StatusCode::kInvalidArgument));
}

TEST_F(ServerTest, RefusesToStartWithoutItsWorker) {
  options_.worker_binary = data_dir_ / "carousel_worker";
  EXPECT_THAT(StartAnother(options_),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr(options_.worker_binary.string())));
}

TEST_F(ServerTest, ProbesDoNotFillTheLog) {
  StartServer();
  HealthClient(channel_).Check("");
  ASSERT_THAT(GetInfo(), IsGrpcOk());
  EXPECT_THAT(log(), HasSubstr("ServerService/GetServerInfo"));
  EXPECT_THAT(log(), Not(HasSubstr("Health/Check")));
  EXPECT_EQ(ScrapeMetrics().at("carousel_rpc_requests_total{code=\"OK\","
                               "method=\"Health/Check\"}"),
            1);
}

TEST_F(ServerTest, RepeatsTheCallersRequestId) {
  StartServer();
  grpc::ClientContext context;
  context.AddMetadata(kRequestIdKey, "abc-123");
  ASSERT_THAT(GetInfo(context), IsGrpcOk());
  const auto& metadata = context.GetServerInitialMetadata();
  ASSERT_EQ(metadata.count(kRequestIdKey), 1);
  EXPECT_EQ(metadata.find(kRequestIdKey)->second, "abc-123");
  EXPECT_THAT(log(), HasSubstr("method=ServerService/GetServerInfo code=OK"));
  EXPECT_THAT(log(), HasSubstr("request_id=abc-123"));
}

TEST_F(ServerTest, MakesUpARequestIdWhereThereIsNone) {
  StartServer();
  const std::vector<std::string> no_ids = {"", "two words",
                                           std::string(129, 'x')};
  for (const std::string& given : no_ids) {
    grpc::ClientContext context;
    if (!given.empty()) context.AddMetadata(kRequestIdKey, given);
    ASSERT_THAT(GetInfo(context), IsGrpcOk());
    const auto& metadata = context.GetServerInitialMetadata();
    const auto id = metadata.find(kRequestIdKey);
    ASSERT_NE(id, metadata.end());
    EXPECT_EQ(id->second.size(), 16) << given;
  }
}

TEST_F(ServerTest, AnErrorCarriesARequestIdToo) {
  StartServer();
  grpc::ClientContext context;
  v1::GetModelRequest request;
  request.set_model("other");
  v1::GetModelResponse response;
  EXPECT_THAT(models_->GetModel(&context, request, &response),
              GrpcCodeIs(StatusCode::NOT_FOUND));
  EXPECT_EQ(context.GetServerInitialMetadata().count(kRequestIdKey), 1);
  EXPECT_THAT(log(), HasSubstr("method=ModelService/GetModel code=NOT_FOUND"));
}

TEST_F(ServerTest, NothingOfATextIsLogged) {
  PublishTinyModel("tiny");
  StartServer();
  grpc::ClientContext context;
  v1::PredictRequest request;
  request.set_model("tiny");
  request.add_texts("my secret opinion");
  v1::PredictResponse response;
  ASSERT_THAT(sentiment_->Predict(&context, request, &response), IsGrpcOk());
  EXPECT_THAT(log(), HasSubstr("SentimentService/Predict"));
  EXPECT_THAT(log(), Not(HasSubstr("secret")));
}

TEST_F(ServerTest, AMessageOverTheLimitIsRefused) {
  StartServer();
  grpc::ClientContext context;
  v1::PredictRequest request;
  request.set_model("tiny");
  request.add_texts(std::string(41 << 20, 'a'));
  v1::PredictResponse response;
  EXPECT_THAT(sentiment_->Predict(&context, request, &response),
              GrpcCodeIs(StatusCode::RESOURCE_EXHAUSTED));
}

TEST_F(ServerTest, StartsAgainOnWhatItLeft) {
  StartServer();
  UploadSamples();
  StopServer();
  StartServer();
  grpc::ClientContext context;
  v1::ListDatasetsResponse response;
  ASSERT_THAT(datasets_->ListDatasets(&context, {}, &response), IsGrpcOk());
  EXPECT_THAT(response.datasets(), SizeIs(1));
}

TEST_F(ServerTest, ReflectionListsTheServices) {
  StartServer();
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  grpc::GenericStub stub(channel_);
  const auto call = stub.PrepareCall(
      &context,
      "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue);
  const auto wait = [&queue] {
    void* tag = nullptr;
    bool ok = false;
    return queue.Next(&tag, &ok) && ok;
  };
  call->StartCall(nullptr);
  ASSERT_TRUE(wait());
  // ServerReflectionRequest{list_services: "*"}
  const grpc::Slice slice(std::string("\x3a\x01*"));
  call->WriteLast(grpc::ByteBuffer(&slice, 1), {}, nullptr);
  ASSERT_TRUE(wait());
  grpc::ByteBuffer buffer;
  call->Read(&buffer, nullptr);
  ASSERT_TRUE(wait());
  grpc::Slice response;
  ASSERT_TRUE(buffer.DumpToSingleSlice(&response).ok());
  const std::string text(reinterpret_cast<const char*>(response.begin()),
                         response.size());
  for (const char* service :
       {"carousel.v1.SentimentService", "carousel.v1.TrainingService",
        "carousel.v1.ModelService", "carousel.v1.DatasetService",
        "carousel.v1.ServerService", "carousel.v1.AdminService",
        "carousel.v1.AnalysisService", "grpc.health.v1.Health"}) {
    EXPECT_THAT(text, HasSubstr(service));
  }
}

}  // namespace
}  // namespace carousel
