#include "server/model_service.h"

#include <grpcpp/client_context.h>

#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "core/base/files.h"
#include "core/base/sha256.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/grpc_status.h"
#include "tests/support/server_fixture.h"

namespace carousel {
namespace {

using grpc::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;
using ::testing::UnorderedElementsAre;

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
    const grpc::Status status =
        models_->PromoteModel(&context, request, &response);
    version_ = response.version();
    return status;
  }
  grpc::Status Load(const std::string& model) {
    grpc::ClientContext context;
    v1::LoadModelRequest request;
    request.set_model(model);
    v1::LoadModelResponse response;
    const grpc::Status status =
        models_->LoadModel(&context, request, &response);
    version_ = response.version();
    return status;
  }
  grpc::Status Unload(const std::string& model) {
    grpc::ClientContext context;
    v1::UnloadModelRequest request;
    request.set_model(model);
    v1::UnloadModelResponse response;
    const grpc::Status status =
        models_->UnloadModel(&context, request, &response);
    version_ = response.version();
    return status;
  }
  grpc::Status Delete(const std::string& model) {
    grpc::ClientContext context;
    v1::DeleteModelRequest request;
    request.set_model(model);
    v1::DeleteModelResponse response;
    return models_->DeleteModel(&context, request, &response);
  }
  grpc::Status Export(const std::string& model,
                      const std::string& format = "") {
    grpc::ClientContext context;
    v1::ExportModelRequest request;
    request.set_model(model);
    request.set_format(format);
    const auto reader = models_->ExportModel(&context, request);
    pieces_.clear();
    for (v1::ExportModelResponse piece; reader->Read(&piece);) {
      pieces_.push_back(piece);
    }
    return reader->Finish();
  }
  void FlipAByteOf(int version) {
    const auto path = options_.data_dir / "models" / "tiny" /
                      std::to_string(version) / "model.safetensors";
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekg(-1, std::ios::end);
    const char last = static_cast<char>(file.get());
    file.seekp(-1, std::ios::end);
    file.put(static_cast<char>(last ^ 1));
  }

  v1::ListModelsResponse list_;
  v1::GetModelResponse model_;
  v1::ModelVersion version_;
  std::vector<v1::ExportModelResponse> pieces_;
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
  FlipAByteOf(1);
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
  EXPECT_THAT(Load("tiny@3"), GrpcCodeIs(StatusCode::NOT_FOUND));
  EXPECT_THAT(WrongFields(Load("")), ElementsAre("model"));
  EXPECT_THAT(WrongFields(Unload("")), ElementsAre("model"));
}

TEST_F(ModelServiceTest, LoadOfADamagedVersionIsDataLoss) {
  FlipAByteOf(1);
  EXPECT_THAT(Load("tiny@1"),
              GrpcCodeIs(StatusCode::DATA_LOSS, "model.safetensors"));
}

TEST_F(ModelServiceTest, DeletesWhatHasNoLabel) {
  EXPECT_THAT(Delete("tiny@2"),
              GrpcCodeIs(StatusCode::FAILED_PRECONDITION, "latest"));
  EXPECT_THAT(Delete("tiny@1"), IsGrpcOk());
  EXPECT_THAT(Get("tiny@1"), GrpcCodeIs(StatusCode::NOT_FOUND));
  EXPECT_THAT(Delete("tiny@1"), GrpcCodeIs(StatusCode::NOT_FOUND));
}

TEST_F(ModelServiceTest, DeleteNeedsAVersion) {
  for (const std::string model : {"tiny", "tiny@latest", "Tiny@1"}) {
    const grpc::Status status = Delete(model);
    EXPECT_THAT(status, GrpcCodeIs(StatusCode::INVALID_ARGUMENT)) << model;
    EXPECT_THAT(WrongFields(status), ElementsAre("model")) << model;
  }
}

TEST_F(ModelServiceTest, ExportsEveryFileWithItsChecksum) {
  ASSERT_THAT(Export("tiny@1", "safetensors"), IsGrpcOk());
  ASSERT_THAT(pieces_, Not(IsEmpty()));
  EXPECT_EQ(pieces_.front().version().version(), 1);
  std::map<std::string, std::string> files;
  std::string name;
  for (const v1::ExportModelResponse& piece : pieces_) {
    EXPECT_THAT(piece.data().size(), Le(1 << 20));
    if (!piece.file().empty()) name = piece.file();
    files[name] += piece.data();
    if (!piece.sha256().empty()) {
      EXPECT_EQ(piece.sha256(), ToHex(Sha256Of(files[name]))) << name;
    }
  }
  std::vector<std::string> names;
  for (const auto& [file, content] : files) {
    names.push_back(file);
    const auto stored =
        ReadFile(options_.data_dir / "models" / "tiny" / "1" / file);
    ASSERT_TRUE(stored.ok()) << stored.status();
    EXPECT_EQ(content, *stored) << file;
  }
  EXPECT_THAT(names, UnorderedElementsAre("config.json", "metrics.json",
                                          "model.safetensors",
                                          "provenance.json", "vocabulary.txt"));
}

TEST_F(ModelServiceTest, ExportRefusesWhatIsWrong) {
  EXPECT_THAT(WrongFields(Export("Tiny", "pickle")),
              ElementsAre("model", "format"));
  EXPECT_THAT(Export("tiny@3"), GrpcCodeIs(StatusCode::NOT_FOUND));
  EXPECT_THAT(pieces_, IsEmpty());
}

TEST_F(ModelServiceTest, ExportOfADamagedVersionIsDataLoss) {
  FlipAByteOf(1);
  EXPECT_THAT(Export("tiny@1"),
              GrpcCodeIs(StatusCode::DATA_LOSS, "model.safetensors"));
  EXPECT_THAT(pieces_, IsEmpty());
}

}  // namespace
}  // namespace carousel
