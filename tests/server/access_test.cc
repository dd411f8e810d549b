// Who may call what, asked of the real server.
#include "server/access.h"

#include <google/protobuf/descriptor.h>
#include <grpcpp/generic/generic_stub.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "core/base/files.h"
#include "core/base/sha256.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/grpc_status.h"
#include "tests/support/health_client.h"
#include "tests/support/server_fixture.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using grpc::StatusCode;
using ::testing::AllOf;
using ::testing::AnyOf;
using ::testing::ContainerEq;
using ::testing::HasSubstr;
using ::testing::Not;

// What every RPC needs. One that is not here fails a test.
std::map<std::string, Role> NeededRoles() {
  return {
      {"carousel.v1.AdminService/Backup", Role::kAdmin},
      {"carousel.v1.AdminService/GetLogLevel", Role::kAdmin},
      {"carousel.v1.AdminService/SetLogLevel", Role::kAdmin},
      {"carousel.v1.AnalysisService/GetNeighbours", Role::kPredict},
      {"carousel.v1.DatasetService/DeleteDataset", Role::kAdmin},
      {"carousel.v1.DatasetService/DeleteVectors", Role::kAdmin},
      {"carousel.v1.DatasetService/DescribeDataset", Role::kPredict},
      {"carousel.v1.DatasetService/ListDatasets", Role::kPredict},
      {"carousel.v1.DatasetService/ListVectors", Role::kPredict},
      {"carousel.v1.DatasetService/UploadDataset", Role::kTrain},
      {"carousel.v1.DatasetService/UploadVectors", Role::kTrain},
      {"carousel.v1.ModelService/DeleteModel", Role::kAdmin},
      {"carousel.v1.ModelService/ExportModel", Role::kPredict},
      {"carousel.v1.ModelService/GetModel", Role::kPredict},
      {"carousel.v1.ModelService/ImportModel", Role::kTrain},
      {"carousel.v1.ModelService/ListModels", Role::kPredict},
      {"carousel.v1.ModelService/LoadModel", Role::kAdmin},
      {"carousel.v1.ModelService/PromoteModel", Role::kAdmin},
      {"carousel.v1.ModelService/UnloadModel", Role::kAdmin},
      {"carousel.v1.SentimentService/Evaluate", Role::kPredict},
      {"carousel.v1.SentimentService/GetEmbeddingProjection", Role::kPredict},
      {"carousel.v1.SentimentService/Predict", Role::kPredict},
      {"carousel.v1.SentimentService/PredictStream", Role::kPredict},
      {"carousel.v1.ServerService/GetServerInfo", Role::kPredict},
      {"carousel.v1.TrainingService/CancelTrainingJob", Role::kTrain},
      {"carousel.v1.TrainingService/DeleteTrainingJob", Role::kAdmin},
      {"carousel.v1.TrainingService/GetTrainingJob", Role::kPredict},
      {"carousel.v1.TrainingService/ListEpochs", Role::kPredict},
      {"carousel.v1.TrainingService/ListTrainingJobs", Role::kPredict},
      {"carousel.v1.TrainingService/ResumeTrainingJob", Role::kTrain},
      {"carousel.v1.TrainingService/Train", Role::kTrain},
      {"carousel.v1.TrainingService/TrainVectors", Role::kTrain},
      {"carousel.v1.TrainingService/WatchTrainingJob", Role::kPredict}};
}

std::vector<std::string> DeclaredMethods() {
  std::vector<std::string> methods;
  for (const char* name : {"admin", "analysis", "datasets", "models",
                           "sentiment", "server", "training"}) {
    const auto* const file =
        google::protobuf::DescriptorPool::generated_pool()->FindFileByName(
            std::string("carousel/v1/") + name + ".proto");
    for (int i = 0; i < file->service_count(); ++i) {
      const auto& service = *file->service(i);
      for (int j = 0; j < service.method_count(); ++j) {
        methods.push_back(service.full_name() + "/" +
                          service.method(j)->name());
      }
    }
  }
  std::ranges::sort(methods);
  return methods;
}

class AccessTest : public ServerFixture {
 protected:
  AccessTest() {
    options_.key_file = data_dir_ / "keys";
    WriteKeys(Line("predict") + Line("train") + Line("admin"));
  }

  // The key of each role is "the ROLE key", as is its name.
  static std::string Line(const std::string& role) {
    return role + " " + ToHex(Sha256Of("the-" + role + "-key")) + " " + role +
           "s\n";
  }
  static std::string KeyOf(Role role) {
    return "the-" + std::string(RoleName(role)) + "-key";
  }
  void WriteKeys(const std::string& keys) {
    ASSERT_OK(WriteFileAtomically(data_dir_ / "keys", keys));
  }

  // Calls any kind of method with an empty message; `key` "" sends none.
  grpc::Status Call(const std::string& method, const std::string& key) {
    grpc::ClientContext context;
    if (!key.empty()) context.AddMetadata("authorization", "Bearer " + key);
    grpc::CompletionQueue queue;
    grpc::GenericStub stub(channel_);
    const auto call = stub.PrepareCall(&context, "/" + method, &queue);
    const auto wait = [&queue] {
      void* tag = nullptr;
      bool ok = false;
      queue.Next(&tag, &ok);
      return ok;
    };
    call->StartCall(nullptr);
    wait();
    const grpc::Slice nothing;
    call->WriteLast(grpc::ByteBuffer(&nothing, 1), {}, nullptr);
    wait();
    grpc::ByteBuffer response;
    do {
      call->Read(&response, nullptr);
    } while (wait());
    grpc::Status status;
    call->Finish(&status, nullptr);
    wait();
    return status;
  }
};

constexpr char kInfo[] = "carousel.v1.ServerService/GetServerInfo";

TEST_F(AccessTest, EveryRpcHasItsRole) {
  std::vector<std::string> methods;
  for (const auto& [method, role] : NeededRoles()) methods.push_back(method);
  EXPECT_THAT(DeclaredMethods(), ContainerEq(methods));
}

TEST_F(AccessTest, EveryRpcRefusesACallWithoutAKey) {
  StartServer();
  for (const auto& [method, role] : NeededRoles()) {
    const grpc::Status status = Call(method, "");
    EXPECT_THAT(status, GrpcCodeIs(StatusCode::UNAUTHENTICATED, "wants a key"))
        << method;
    EXPECT_EQ(ReasonOf(status), "KEY_MISSING") << method;
  }
}

TEST_F(AccessTest, EveryRpcRefusesAKeyThatIsNotInTheFile) {
  StartServer();
  for (const auto& [method, role] : NeededRoles()) {
    const grpc::Status status = Call(method, "the-root-key");
    EXPECT_THAT(status,
                GrpcCodeIs(StatusCode::UNAUTHENTICATED, "does not know"))
        << method;
    EXPECT_EQ(ReasonOf(status), "KEY_UNKNOWN") << method;
  }
}

TEST_F(AccessTest, EveryRpcRefusesARoleThatIsTooSmallAndNoOther) {
  StartServer();
  for (const auto& [method, needed] : NeededRoles()) {
    for (const Role role : {Role::kPredict, Role::kTrain, Role::kAdmin}) {
      const grpc::Status status = Call(method, KeyOf(role));
      const std::string what = method + " with " + KeyOf(role);
      if (role < needed) {
        EXPECT_THAT(status,
                    GrpcCodeIs(StatusCode::PERMISSION_DENIED,
                               "needs " + std::string(RoleName(needed))))
            << what;
        EXPECT_EQ(ReasonOf(status), "ROLE_TOO_SMALL") << what;
      } else {
        // An empty request is wrong in its own way, or right.
        EXPECT_THAT(status,
                    AnyOf(IsGrpcOk(), GrpcCodeIs(StatusCode::INVALID_ARGUMENT),
                          GrpcCodeIs(StatusCode::NOT_FOUND)))
            << what;
      }
    }
  }
}

TEST_F(AccessTest, ARefusedUploadLeavesNothing) {
  StartServer();
  EXPECT_THAT(UploadDataset("reviews", "text,label\n"),
              GrpcCodeIs(StatusCode::UNAUTHENTICATED));
  ExpectNoUploads();
}

TEST_F(AccessTest, HealthReflectionAndMetricsAskForNoKey) {
  StartServer();
  EXPECT_EQ(HealthClient(channel_).Check("").status(),
            grpc::health::v1::HealthCheckResponse::SERVING);
  EXPECT_THAT(
      Call("grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", ""),
      Not(GrpcCodeIs(StatusCode::UNAUTHENTICATED)));
  EXPECT_THAT(Call(kInfo, ""), GrpcCodeIs(StatusCode::UNAUTHENTICATED));
  EXPECT_EQ(Ended("ServerService/GetServerInfo", "UNAUTHENTICATED"), 1);
}

TEST_F(AccessTest, TheLogNamesTheCallerAndNoKey) {
  StartServer();
  EXPECT_THAT(Call(kInfo, KeyOf(Role::kTrain)), IsGrpcOk());
  EXPECT_THAT(Call(kInfo, "the-root-key"),
              GrpcCodeIs(StatusCode::UNAUTHENTICATED));
  // A call's line may come after its answer.
  StopServer();
  EXPECT_THAT(log(), AllOf(HasSubstr("caller=trains"), HasSubstr("caller=-"),
                           HasSubstr("3 keys of"), Not(HasSubstr("open:")),
                           Not(HasSubstr("-key "))));
}

TEST_F(AccessTest, KeysChangeWhileTheServerRuns) {
  StartServer();
  EXPECT_THAT(Call(kInfo, KeyOf(Role::kAdmin)), IsGrpcOk());
  WriteKeys(Line("predict"));
  server_->ReloadAccess();
  EXPECT_THAT(Call(kInfo, KeyOf(Role::kAdmin)),
              GrpcCodeIs(StatusCode::UNAUTHENTICATED));
  WriteKeys("broken\n");
  server_->ReloadAccess();
  EXPECT_THAT(Call(kInfo, KeyOf(Role::kPredict)), IsGrpcOk());
  EXPECT_THAT(log(), HasSubstr("stay as they were"));
}

TEST_F(AccessTest, ABrokenFileKeepsTheServerFromStarting) {
  WriteKeys("admin\n");
  EXPECT_THAT(CarouselServer::Create(options_, log_),
              StatusIs(absl::StatusCode::kInvalidArgument,
                       HasSubstr(options_.key_file.string() + ":1: ")));
  EXPECT_FALSE(std::filesystem::exists(options_.data_dir));
}

TEST_F(AccessTest, AnOpenServerSaysSo) {
  options_.key_file = "";
  StartServer();
  EXPECT_THAT(log(), HasSubstr("there is no --key_file, so whoever works "
                               "on this machine may do everything on " +
                               server_->address()));
  EXPECT_THAT(Call(kInfo, ""), IsGrpcOk());
}

TEST_F(AccessTest, WithKeysTheServerMayListenOutsideLoopback) {
  options_.listen = "0.0.0.0:0";
  StartServer();
  EXPECT_THAT(log(), HasSubstr("keys travel to " + server_->address() +
                               " in clear text"));
  EXPECT_THAT(Call(kInfo, ""), GrpcCodeIs(StatusCode::UNAUTHENTICATED));
}

}  // namespace
}  // namespace carousel
