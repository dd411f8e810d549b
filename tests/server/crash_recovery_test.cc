// What a server makes of a data folder whose server was killed.
#include <SQLiteCpp/SQLiteCpp.h>
#include <grpcpp/client_context.h>

#include <string>

#include "core/store/data_folder.h"
#include "core/store/database.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/grpc_status.h"
#include "tests/support/server_fixture.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using grpc::StatusCode;
using ::testing::ElementsAre;

class CrashRecoveryTest : public ServerFixture {
 protected:
  // Only while no server runs.
  void ChangeCatalogue(const std::string& sql) {
    ASSERT_OK_AND_ASSIGN(const auto folder,
                         DataFolder::Open(options_.data_dir));
    ASSERT_OK_AND_ASSIGN(const auto database,
                         CatalogueDatabase::Open(folder->database()));
    ASSERT_OK(database->Transact([&](SQLite::Database& catalogue) {
      catalogue.exec(sql);
      return absl::OkStatus();
    }));
  }
  v1::ModelVersion GetModel(const std::string& model) {
    grpc::ClientContext context;
    v1::GetModelRequest request;
    request.set_model(model);
    v1::GetModelResponse response;
    EXPECT_THAT(models_->GetModel(&context, request, &response), IsGrpcOk());
    return response.version();
  }
  grpc::Status Cancel(const std::string& job) {
    grpc::ClientContext context;
    v1::CancelTrainingJobRequest request;
    request.set_job(job);
    v1::CancelTrainingJobResponse response;
    return training_->CancelTrainingJob(&context, request, &response);
  }
};

TEST_F(CrashRecoveryTest, AJobWhoseVersionWasPublishedHasSucceeded) {
  StartServer();
  UploadSamples();
  const std::string job = Train(SampleTrainRequest());
  Watch(job);
  StopServer();
  // As a kill leaves it between the version and what follows from it.
  ChangeCatalogue(
      "DELETE FROM labels;"
      "UPDATE jobs SET state = 'RUNNING', version = 0, ended_at = NULL");

  StartServer();
  EXPECT_EQ(GetJob(job).state(), v1::TrainingJob::STATE_SUCCEEDED);
  EXPECT_EQ(GetJob(job).version(), 1);
  EXPECT_EQ(GetModel("tiny").version(), 1);
  EXPECT_THAT(GetModel("tiny").labels(), ElementsAre("latest"));
  EXPECT_THAT(Cancel(job), GrpcCodeIs(StatusCode::FAILED_PRECONDITION, job));
}

}  // namespace
}  // namespace carousel
