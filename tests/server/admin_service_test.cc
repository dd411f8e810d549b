// AdminService/Backup through a real server, and back.
#include <grpcpp/client_context.h>

#include <filesystem>
#include <memory>
#include <string>

#include "core/base/files.h"
#include "core/base/sha256.h"
#include "core/store/restore.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/damage.h"
#include "tests/support/grpc_status.h"
#include "tests/support/server_fixture.h"
#include "tests/support/status_matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/support/tiny_model.h"

namespace carousel {
namespace {

namespace fs = std::filesystem;
using grpc::StatusCode;
using ::testing::Ge;
using ::testing::Gt;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;

constexpr char kMethod[] = "AdminService/Backup";

class AdminServiceTest : public ServerFixture {
 protected:
  using Reader = grpc::ClientReader<v1::BackupResponse>;

  std::unique_ptr<Reader> Begin(grpc::ClientContext& context) {
    return admin_->Backup(&context, v1::BackupRequest());
  }

  // Reads to the end; what came is in archive_.
  grpc::Status ReadAll(Reader& reader) {
    for (v1::BackupResponse piece; reader.Read(&piece);) {
      EXPECT_THAT(sha256_, IsEmpty()) << "it is in the last message";
      EXPECT_THAT(piece.data().size(), Le(1 << 20));
      EXPECT_EQ(piece.file_bytes() > 0, archive_.empty());
      if (archive_.empty()) file_bytes_ = piece.file_bytes();
      archive_ += piece.data();
      sha256_ = piece.sha256();
    }
    return reader.Finish();
  }

  grpc::Status BackUp() {
    grpc::ClientContext context;
    return ReadAll(*Begin(context));
  }

  // Goes on with a new server over what the archive holds.
  void RestoreElsewhere() {
    StopServer();
    ASSERT_OK(WriteFileAtomically(elsewhere_ / "backup.tar", archive_));
    options_.data_dir = elsewhere_ / "data";
    ASSERT_OK(RestoreBackup(elsewhere_ / "backup.tar", options_.data_dir));
    StartServer();
  }

  v1::Evaluation Evaluate(const std::string& model) {
    grpc::ClientContext context;
    v1::EvaluateRequest request;
    request.set_model(model);
    request.set_dataset("reviews");
    v1::EvaluateResponse response;
    EXPECT_THAT(sentiment_->Evaluate(&context, request, &response), IsGrpcOk());
    return response.evaluation();
  }

  // Watches until an epoch after `after` is told; gives its number.
  std::int64_t WaitForEpoch(const std::string& job, std::int64_t after) {
    grpc::ClientContext context;
    v1::WatchTrainingJobRequest request;
    request.set_job(job);
    const auto reader = training_->WatchTrainingJob(&context, request);
    for (v1::WatchTrainingJobResponse event; reader->Read(&event);) {
      if (!event.has_epoch() || event.epoch().epoch() <= after) continue;
      context.TryCancel();
      return event.epoch().epoch();
    }
    ADD_FAILURE() << job << " told no epoch after " << after;
    return 0;
  }

  // More than is sent to a client that does not read.
  void PublishLargeModel() {
    const TempDir content;
    ASSERT_OK(WriteTinyModel(content.path()));
    ASSERT_OK(WriteFileAtomically(content / "metrics.json",
                                  std::string(32 << 20, ' ')));
    PublishModel("large", "reviews", content.path());
  }

  const TempDir elsewhere_;
  std::string archive_;
  std::string sha256_;
  std::int64_t file_bytes_ = 0;
};

TEST_F(AdminServiceTest, ARestoredBackupMeasuresTheSameAndGoesOnTraining) {
  StartServer();
  UploadSamples();
  Watch(Train(SampleTrainRequest()));
  const v1::Evaluation before = Evaluate("tiny");
  const std::string job = Train(EndlessTrainRequest());
  const std::int64_t epoch = WaitForEpoch(job, 0);
  ASSERT_THAT(BackUp(), IsGrpcOk());
  EXPECT_EQ(sha256_, ToHex(Sha256Of(archive_)));
  EXPECT_THAT(archive_.size(), Gt(static_cast<std::size_t>(file_bytes_)));
  EXPECT_THAT(archive_, HasSubstr("jobs/" + job + "/checkpoint.bin"));
  EXPECT_TRUE(fs::is_empty(Stored("tmp")));
  RestoreElsewhere();
  EXPECT_EQ(Evaluate("tiny").SerializeAsString(), before.SerializeAsString());
  const v1::TrainingJob restored = GetJob(job);
  EXPECT_THAT(restored.epoch(), Ge(epoch));
  EXPECT_THAT(WaitForEpoch(job, restored.epoch()), Gt(restored.epoch()));
}

TEST_F(AdminServiceTest, AnEmptyServerHasABackupToo) {
  StartServer();
  ASSERT_THAT(BackUp(), IsGrpcOk());
  RestoreElsewhere();
}

TEST_F(AdminServiceTest, ADamagedFileIsDataLoss) {
  PublishTinyModel("tiny");
  StartServer();
  FlipLastByte(Stored("models/tiny/1/model.safetensors"));
  EXPECT_THAT(BackUp(),
              GrpcCodeIs(StatusCode::DATA_LOSS, "models/tiny/1/model"));
  EXPECT_THAT(archive_, IsEmpty());
  EXPECT_TRUE(fs::is_empty(Stored("tmp")));
}

TEST_F(AdminServiceTest, ACallerWhoLeavesEndsTheWorkAndLeavesNothing) {
  PublishLargeModel();
  StartServer();
  grpc::ClientContext context;
  const auto reader = Begin(context);
  reader->WaitForInitialMetadata();  // comes with the first piece
  EXPECT_FALSE(fs::is_empty(Stored("tmp")));
  context.TryCancel();
  EXPECT_THAT(ReadAll(*reader), GrpcCodeIs(StatusCode::CANCELLED));
  WaitUntilNoneInFlight(kMethod);
  EXPECT_EQ(Ended(kMethod, "CANCELLED"), 1);
  EXPECT_TRUE(fs::is_empty(Stored("tmp")));
}

TEST_F(AdminServiceTest, AVersionThatIsDeletedMeanwhileIsInIt) {
  PublishLargeModel();
  PublishTinyModel("large");
  StartServer();
  grpc::ClientContext context;
  const auto reader = Begin(context);
  reader->WaitForInitialMetadata();
  grpc::ClientContext delete_context;
  v1::DeleteModelRequest request;
  request.set_model("large@1");
  v1::DeleteModelResponse response;
  ASSERT_THAT(models_->DeleteModel(&delete_context, request, &response),
              IsGrpcOk());
  EXPECT_EQ(InFlight(kMethod), 1);
  ASSERT_THAT(ReadAll(*reader), IsGrpcOk());
  RestoreElsewhere();
  EXPECT_TRUE(fs::exists(Stored("models/large/1/metrics.json")));
}

}  // namespace
}  // namespace carousel
