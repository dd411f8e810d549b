// ModelService but its exports, through a real server.
#include <grpcpp/client_context.h>

#include <string>

#include "core/base/files.h"
#include "core/base/sha256.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/damage.h"
#include "tests/support/grpc_status.h"
#include "tests/support/server_fixture.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using grpc::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

class ModelServiceTest : public ServerFixture {
 protected:
  // tiny@1 without a label, tiny@2 as latest.
  void SetUp() override {
    PublishTinyModel("tiny");
    PublishTinyModel("tiny");
    StartServer();
  }

  grpc::Status List(const v1::ListModelsRequest& request) {
    grpc::ClientContext context;
    list_.Clear();
    return models_->ListModels(&context, request, &list_);
  }
  grpc::Status Get(const std::string& model) {
    grpc::ClientContext context;
    v1::GetModelRequest request;
    request.set_model(model);
    model_.Clear();
    return models_->GetModel(&context, request, &model_);
  }
  grpc::Status Promote(const std::string& model, const std::string& label) {
    grpc::ClientContext context;
    v1::PromoteModelRequest request;
    request.set_model(model);
    request.set_label(label);
    v1::PromoteModelResponse response;
    grpc::Status status = models_->PromoteModel(&context, request, &response);
    version_ = response.version();
    return status;
  }
  grpc::Status Load(const std::string& model) {
    grpc::ClientContext context;
    v1::LoadModelRequest request;
    request.set_model(model);
    v1::LoadModelResponse response;
    grpc::Status status = models_->LoadModel(&context, request, &response);
    version_ = response.version();
    return status;
  }
  grpc::Status Unload(const std::string& model) {
    grpc::ClientContext context;
    v1::UnloadModelRequest request;
    request.set_model(model);
    v1::UnloadModelResponse response;
    grpc::Status status = models_->UnloadModel(&context, request, &response);
    version_ = response.version();
    return status;
  }
  grpc::Status Delete(const std::string& model, bool all_versions = false) {
    grpc::ClientContext context;
    v1::DeleteModelRequest request;
    request.set_model(model);
    request.set_all_versions(all_versions);
    v1::DeleteModelResponse response;
    return models_->DeleteModel(&context, request, &response);
  }
  v1::ListModelsResponse list_;
  v1::GetModelResponse model_;
  v1::ModelVersion version_;
};

TEST_F(ModelServiceTest, ListsVersionsNewestFirst) {
  v1::ListModelsRequest request;
  request.set_model("tiny");
  request.set_page_size(1);
  ASSERT_THAT(List(request), IsGrpcOk());
  ASSERT_THAT(list_.versions(), SizeIs(1));
  EXPECT_EQ(list_.versions(0).version(), 2);
  EXPECT_THAT(list_.versions(0).labels(), ElementsAre("latest"));
  EXPECT_TRUE(list_.versions(0).loaded());
  EXPECT_EQ(list_.versions(0).dataset(), "reviews");
  EXPECT_EQ(list_.versions(0).validation_accuracy(), 0.75);
  EXPECT_GT(list_.versions(0).bytes(), 0);
  request.set_page_token(list_.next_page_token());
  ASSERT_THAT(List(request), IsGrpcOk());
  ASSERT_THAT(list_.versions(), SizeIs(1));
  EXPECT_EQ(list_.versions(0).version(), 1);
  EXPECT_FALSE(list_.versions(0).loaded());
  EXPECT_THAT(list_.next_page_token(), IsEmpty());
}

TEST_F(ModelServiceTest, ListRefusesBadNamesAndPages) {
  v1::ListModelsRequest request;
  request.set_model("No Name");
  request.set_page_size(-1);
  EXPECT_THAT(WrongFields(List(request)), ElementsAre("model", "page_size"));
  request.Clear();
  request.set_page_token("made up");
  EXPECT_THAT(WrongFields(List(request)), ElementsAre("page_token"));
}

TEST_F(ModelServiceTest, GetsAVersionWithItsFiles) {
  ASSERT_THAT(Get("tiny@1"), IsGrpcOk());
  EXPECT_EQ(model_.version().version(), 1);
  EXPECT_THAT(model_.config(), HasSubstr("\"hidden_size\""));
  EXPECT_EQ(model_.metrics(), "{}");
  EXPECT_THAT(model_.provenance(), HasSubstr("seed"));
  EXPECT_THAT(Get("tiny@3"), GrpcCodeIs(StatusCode::NOT_FOUND));
  EXPECT_THAT(WrongFields(Get("tiny@")), ElementsAre("model"));
}

TEST_F(ModelServiceTest, GetTellsTheWholeStory) {
  ASSERT_THAT(Get("tiny@2"), IsGrpcOk());
  EXPECT_THAT(model_.used_by(), ElementsAre("the label latest points at it"));
  EXPECT_GT(model_.version().memory_bytes(), 0);
  EXPECT_FALSE(model_.version().has_last_used_at());
  ASSERT_THAT(model_.files(), SizeIs(5));
  EXPECT_EQ(model_.files(2).name(), "model.safetensors");
  ASSERT_OK_AND_ASSIGN(const std::string weights,
                       ReadFile(Stored("models/tiny/2/model.safetensors")));
  EXPECT_EQ(model_.files(2).bytes(), weights.size());
  EXPECT_EQ(model_.files(2).sha256(), ToHex(Sha256Of(weights)));

  grpc::ClientContext context;
  v1::PredictRequest request;
  request.set_model("tiny");
  request.add_texts("good film");
  v1::PredictResponse response;
  ASSERT_THAT(sentiment_->Predict(&context, request, &response), IsGrpcOk());
  ASSERT_THAT(Get("tiny@2"), IsGrpcOk());
  EXPECT_TRUE(model_.version().has_last_used_at());
  ASSERT_THAT(Get("tiny@1"), IsGrpcOk());
  EXPECT_THAT(model_.used_by(), IsEmpty());
  EXPECT_EQ(model_.version().memory_bytes(), 0);
}

TEST_F(ModelServiceTest, GetHasTheHyperParametersOfTheJob) {
  UploadSamples();
  const std::string job = Train(SampleTrainRequest());
  const auto told = Watch(job);
  const v1::TrainingJob ended = GetJob(job);
  ASSERT_EQ(ended.state(), v1::TrainingJob::STATE_SUCCEEDED);
  ASSERT_THAT(Get(ended.model()), IsGrpcOk());
  EXPECT_EQ(model_.hyperparameters(), ended.hyperparameters());
  EXPECT_THAT(model_.hyperparameters(), HasSubstr("learning_rate"));
}

TEST_F(ModelServiceTest, GetOfADamagedVersionIsDataLoss) {
  Damage(Stored("models/tiny/1/provenance.json"), "1", "2");
  EXPECT_THAT(Get("tiny@1"),
              GrpcCodeIs(StatusCode::DATA_LOSS, "tiny/1/provenance.json"));
  ASSERT_OK(RemoveAll(Stored("models/tiny/2/metrics.json")));
  EXPECT_THAT(Get("tiny@2"),
              GrpcCodeIs(StatusCode::DATA_LOSS, "tiny/2/metrics.json"));
}

TEST_F(ModelServiceTest, PromoteMovesALabel) {
  ASSERT_THAT(Promote("tiny@1", "stable"), IsGrpcOk());
  EXPECT_EQ(version_.version(), 1);
  EXPECT_THAT(version_.labels(), ElementsAre("stable"));
  EXPECT_TRUE(version_.loaded());
  ASSERT_THAT(Get("tiny"), IsGrpcOk());  // stable comes before latest
  EXPECT_EQ(model_.version().version(), 1);
}

TEST_F(ModelServiceTest, PromoteKeepsTheLabelWhenTheVersionIsDamaged) {
  ASSERT_THAT(Promote("tiny@2", "stable"), IsGrpcOk());
  FlipLastByte(Stored("models/tiny/1/model.safetensors"));
  EXPECT_THAT(Promote("tiny@1", "stable"), GrpcCodeIs(StatusCode::DATA_LOSS));
  ASSERT_THAT(Get("tiny@stable"), IsGrpcOk());
  EXPECT_EQ(model_.version().version(), 2);
}

TEST_F(ModelServiceTest, PromoteRefusesWhatIsWrong) {
  EXPECT_THAT(WrongFields(Promote("Tiny", "7")), ElementsAre("model", "label"));
  EXPECT_THAT(Promote("tiny@3", "stable"), GrpcCodeIs(StatusCode::NOT_FOUND));
}

TEST_F(ModelServiceTest, LoadsAndUnloads) {
  ASSERT_THAT(Load("tiny@1"), IsGrpcOk());
  EXPECT_TRUE(version_.loaded());
  ASSERT_THAT(Unload("tiny@1"), IsGrpcOk());
  EXPECT_FALSE(version_.loaded());
  EXPECT_THAT(Unload("tiny@1"), GrpcCodeIs(StatusCode::NOT_FOUND));
  EXPECT_THAT(Unload("tiny@latest"),
              GrpcCodeIs(StatusCode::FAILED_PRECONDITION, "latest"));
  for (const std::string model : {"tiny@3", "other"}) {
    EXPECT_THAT(Load(model), GrpcCodeIs(StatusCode::NOT_FOUND)) << model;
    EXPECT_THAT(Unload(model), GrpcCodeIs(StatusCode::NOT_FOUND)) << model;
  }
  EXPECT_THAT(WrongFields(Load("")), ElementsAre("model"));
  EXPECT_THAT(WrongFields(Unload("")), ElementsAre("model"));
}

TEST_F(ModelServiceTest, LoadOfADamagedVersionIsDataLoss) {
  FlipLastByte(Stored("models/tiny/1/model.safetensors"));
  EXPECT_THAT(Load("tiny@1"),
              GrpcCodeIs(StatusCode::DATA_LOSS, "model.safetensors"));
}

TEST_F(ModelServiceTest, AVersionThatFailsItsWarmUpIsNotServed) {
  StopServer();
  PublishBrokenModel("tiny");  // tiny@3
  StartServer();
  EXPECT_THAT(Load("tiny@3"),
              GrpcCodeIs(StatusCode::FAILED_PRECONDITION, "warm-up"));
  EXPECT_THAT(Promote("tiny@3", "stable"),
              GrpcCodeIs(StatusCode::FAILED_PRECONDITION, "warm-up"));
  EXPECT_THAT(Get("tiny@stable"), GrpcCodeIs(StatusCode::NOT_FOUND));
  ASSERT_THAT(Get("tiny@3"), IsGrpcOk());
  EXPECT_FALSE(model_.version().loaded());
}

TEST_F(ModelServiceTest, DeletesWhatHasNoLabel) {
  EXPECT_THAT(Delete("tiny@2"),
              GrpcCodeIs(StatusCode::FAILED_PRECONDITION, "latest"));
  EXPECT_THAT(Delete("tiny@1"), IsGrpcOk());
  EXPECT_THAT(Get("tiny@1"), GrpcCodeIs(StatusCode::NOT_FOUND));
  EXPECT_THAT(Delete("tiny@1"), GrpcCodeIs(StatusCode::NOT_FOUND));
}

TEST_F(ModelServiceTest, DeletesAModelWithAllItsVersions) {
  for (const std::string model : {"tiny@1", "tiny@latest"}) {
    EXPECT_THAT(WrongFields(Delete(model, true)), ElementsAre("model"))
        << model;
  }
  EXPECT_THAT(Delete("tiny", true), IsGrpcOk());
  EXPECT_THAT(Get("tiny"), GrpcCodeIs(StatusCode::NOT_FOUND));
  EXPECT_THAT(Delete("tiny", true), GrpcCodeIs(StatusCode::NOT_FOUND));
}

TEST_F(ModelServiceTest, AModelIsNotDeletedUnderItsJob) {
  UploadSamples();
  v1::TrainRequest request = EndlessTrainRequest();
  request.set_model("tiny");
  const std::string job = Train(request);
  WaitUntilRunning(job);
  EXPECT_THAT(Delete("tiny", true),
              GrpcCodeIs(StatusCode::FAILED_PRECONDITION, job));
  EXPECT_THAT(Get("tiny@1"), IsGrpcOk());
}

TEST_F(ModelServiceTest, DeleteNeedsAVersion) {
  for (const std::string model : {"tiny", "tiny@latest", "Tiny@1"}) {
    const grpc::Status status = Delete(model);
    EXPECT_THAT(status, GrpcCodeIs(StatusCode::INVALID_ARGUMENT)) << model;
    EXPECT_THAT(WrongFields(status), ElementsAre("model")) << model;
  }
}

}  // namespace
}  // namespace carousel
