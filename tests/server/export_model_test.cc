// ModelService/ExportModel through a real server.
#include <grpcpp/client_context.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/files.h"
#include "core/base/sha256.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "onnx/onnx.pb.h"
#include "tests/support/damage.h"
#include "tests/support/grpc_status.h"
#include "tests/support/server_fixture.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/support/tiny_model.h"

namespace carousel {
namespace {

using grpc::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::UnorderedElementsAre;

constexpr char kMethod[] = "ModelService/ExportModel";

class ExportModelTest : public ServerFixture {
 protected:
  using Reader = grpc::ClientReader<v1::ExportModelResponse>;

  // Far more than what is sent to a client that does not read.
  static constexpr std::size_t kLargeBytes = 32 << 20;

  // tiny@1 and large@1, neither with a label that keeps it.
  void SetUp() override {
    PublishTinyModel("tiny");
    PublishTinyModel("tiny");
    PublishLargeModel();
    PublishTinyModel("large");
    StartServer();
  }

  // With a file that takes many pieces, before the last in their order.
  void PublishLargeModel() {
    const TempDir content;
    ASSERT_OK(WriteTinyModel(content.path()));
    ASSERT_OK(WriteFileAtomically(content / "metrics.json",
                                  std::string(kLargeBytes, ' ')));
    PublishModel("large", "reviews", content.path());
  }

  std::unique_ptr<Reader> Begin(grpc::ClientContext& context,
                                const std::string& model,
                                const std::string& format = "") {
    v1::ExportModelRequest request;
    request.set_model(model);
    request.set_format(format);
    return models_->ExportModel(&context, request);
  }

  // Reads to the end; what came is in files_.
  grpc::Status ReadAll(Reader& reader) {
    std::string name;
    for (v1::ExportModelResponse piece; reader.Read(&piece);) {
      if (piece.has_version()) version_ = piece.version();
      EXPECT_THAT(piece.data().size(), Le(1 << 20));
      if (!piece.file().empty()) name = piece.file();
      files_[name] += piece.data();
      if (!piece.sha256().empty()) {
        EXPECT_EQ(piece.sha256(), ToHex(Sha256Of(files_[name]))) << name;
        whole_.push_back(name);
      }
    }
    return reader.Finish();
  }

  grpc::Status Export(const std::string& model,
                      const std::string& format = "") {
    grpc::ClientContext context;
    return ReadAll(*Begin(context, model, format));
  }

  v1::ModelVersion version_;
  std::map<std::string, std::string> files_;
  std::vector<std::string> whole_;  // that came with their checksum
};

TEST_F(ExportModelTest, ExportsEveryFileWithItsChecksum) {
  ASSERT_THAT(Export("tiny@1", "safetensors"), IsGrpcOk());
  EXPECT_EQ(version_.version(), 1);
  for (const auto& [file, content] : files_) {
    EXPECT_THAT(ReadFile(Stored("models/tiny/1") / file), IsOkAndHolds(content))
        << file;
  }
  EXPECT_THAT(whole_, UnorderedElementsAre(
                          "config.json", "metrics.json", "model.safetensors",
                          "provenance.json", "vocabulary.txt"));
}

TEST_F(ExportModelTest, ExportsOnnxBesideWhatItsInputsNeed) {
  ASSERT_THAT(Export("tiny@1", "onnx"), IsGrpcOk());
  EXPECT_THAT(whole_, UnorderedElementsAre("config.json", "model.onnx",
                                           "vocabulary.txt"));
  for (const char* name : {"config.json", "vocabulary.txt"}) {
    EXPECT_THAT(ReadFile(Stored("models/tiny/1") / name),
                IsOkAndHolds(files_[name]));
  }
  onnx::ModelProto model;
  ASSERT_TRUE(model.ParseFromString(files_["model.onnx"]));
  EXPECT_EQ(model.graph().output(0).name(), "probabilities");
  EXPECT_TRUE(std::filesystem::is_empty(Stored("tmp")));
}

TEST_F(ExportModelTest, AVersionThatIsDeletedMeanwhileArrivesWhole) {
  grpc::ClientContext context;
  const auto reader = Begin(context, "large@1");
  reader->WaitForInitialMetadata();  // comes with the first piece
  grpc::ClientContext delete_context;
  v1::DeleteModelRequest request;
  request.set_model("large@1");
  v1::DeleteModelResponse response;
  ASSERT_THAT(models_->DeleteModel(&delete_context, request, &response),
              IsGrpcOk());
  EXPECT_EQ(InFlight(kMethod), 1);
  ASSERT_THAT(ReadAll(*reader), IsGrpcOk());
  EXPECT_THAT(whole_, UnorderedElementsAre(
                          "config.json", "metrics.json", "model.safetensors",
                          "provenance.json", "vocabulary.txt"));
}

TEST_F(ExportModelTest, ACallerWhoLeavesEndsTheWork) {
  grpc::ClientContext context;
  const auto reader = Begin(context, "large@1");
  reader->WaitForInitialMetadata();
  context.TryCancel();
  EXPECT_THAT(ReadAll(*reader), GrpcCodeIs(StatusCode::CANCELLED));
  WaitUntilNoneInFlight(kMethod);
  EXPECT_EQ(Ended(kMethod, "CANCELLED"), 1);
}

TEST_F(ExportModelTest, ADeadlineThatPassesEndsTheWork) {
  grpc::ClientContext context;
  SetServerDeadline(context, std::chrono::milliseconds(200));
  const auto reader = Begin(context, "large@1");
  // Nothing is read before the server has given up.
  const std::string ended = absl::StrCat(
      "carousel_rpc_duration_seconds_count{method=\"", kMethod, "\"}");
  while (ScrapeMetrics()[ended] == 0) std::this_thread::yield();
  EXPECT_EQ(Ended(kMethod, "DEADLINE_EXCEEDED"), 1);
  EXPECT_EQ(InFlight(kMethod), 0);
  EXPECT_FALSE(ReadAll(*reader).ok());
}

TEST_F(ExportModelTest, ExportRefusesWhatIsWrong) {
  EXPECT_THAT(WrongFields(Export("Tiny", "pickle")),
              ElementsAre("model", "format"));
  EXPECT_THAT(Export("tiny@3"), GrpcCodeIs(StatusCode::NOT_FOUND));
  EXPECT_THAT(files_, IsEmpty());
}

TEST_F(ExportModelTest, ExportOfADamagedVersionIsDataLoss) {
  FlipLastByte(Stored("models/tiny/1/model.safetensors"));
  EXPECT_THAT(Export("tiny@1"),
              GrpcCodeIs(StatusCode::DATA_LOSS, "model.safetensors"));
  EXPECT_THAT(files_, IsEmpty());
}

}  // namespace
}  // namespace carousel
