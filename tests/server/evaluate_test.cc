// SentimentService/Evaluate through a real server.
#include <grpcpp/client_context.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/damage.h"
#include "tests/support/grpc_status.h"
#include "tests/support/held_file.h"
#include "tests/support/pending_call.h"
#include "tests/support/sample_data.h"
#include "tests/support/server_fixture.h"

namespace carousel {
namespace {

using grpc::StatusCode;
using ::testing::ElementsAre;

constexpr char kMethod[] = "SentimentService/Evaluate";

class EvaluateTest : public ServerFixture {
 protected:
  using Pending = PendingCall<v1::EvaluateRequest, v1::EvaluateResponse>;

  void SetUp() override { PublishTinyModel("tiny"); }

  grpc::Status Evaluate(const std::string& model, const std::string& dataset,
                        const std::string& split = "") {
    grpc::ClientContext context;
    v1::EvaluateRequest request;
    request.set_model(model);
    request.set_dataset(dataset);
    request.set_split(split);
    v1::EvaluateResponse response;
    grpc::Status status = sentiment_->Evaluate(&context, request, &response);
    evaluation_ = response.evaluation();
    return status;
  }

  void Begin(Pending& call) {
    call.request().set_model("tiny");
    call.request().set_dataset("reviews");
    call.Start(sentiment_->async(),
               &v1::SentimentService::Stub::async::Evaluate);
  }

  v1::Evaluation evaluation_;
};

TEST_F(EvaluateTest, EvaluatesTheTestSplitOfItsOwnDataset) {
  StartServer();
  UploadSamples();
  ASSERT_THAT(Evaluate("tiny", "reviews"), IsGrpcOk());
  EXPECT_EQ(evaluation_.model(), "tiny");
  EXPECT_EQ(evaluation_.version(), 1);
  EXPECT_EQ(evaluation_.dataset(), "reviews");
  EXPECT_EQ(evaluation_.split(), "test");
  EXPECT_EQ(evaluation_.count(), 4);  // a tenth of 40
  EXPECT_EQ(evaluation_.true_negatives() + evaluation_.false_positives() +
                evaluation_.false_negatives() + evaluation_.true_positives(),
            4);
  EXPECT_DOUBLE_EQ(
      evaluation_.accuracy(),
      (evaluation_.true_negatives() + evaluation_.true_positives()) / 4.0);
  EXPECT_TRUE(evaluation_.has_loss());
  EXPECT_EQ(evaluation_.skipped(), 0);
}

TEST_F(EvaluateTest, EvaluatesAllOfAnotherDataset) {
  PublishTinyModel("tiny", "elsewhere");
  StartServer();
  UploadSamples();
  ASSERT_THAT(Evaluate("tiny", "reviews"), IsGrpcOk());
  EXPECT_EQ(evaluation_.split(), "all");
  EXPECT_EQ(evaluation_.count(), 40);
}

TEST_F(EvaluateTest, EvaluatesTheSplitThatIsNamed) {
  StartServer();
  UploadSamples();
  for (const auto& [split, count] : std::vector<std::pair<std::string, int>>{
           {"train", 28}, {"validation", 8}, {"test", 4}, {"all", 40}}) {
    ASSERT_THAT(Evaluate("tiny", "reviews", split), IsGrpcOk()) << split;
    EXPECT_EQ(evaluation_.split(), split);
    EXPECT_EQ(evaluation_.count(), count) << split;
  }
}

TEST_F(EvaluateTest, EvaluateCountsTextsItCannotRead) {
  StartServer();
  // Not empty, so it is imported; the model, which drops punctuation, has
  // nothing left of it.
  std::string csv = "id,review,sentiment\n0,!!!,neg\n";
  constexpr int kReadable = 40;
  for (int row = 1; row <= kReadable; ++row) {
    absl::StrAppend(&csv, row, ",good ", row,
                    row % 2 == 0 ? ",pos\n" : ",neg\n");
  }
  ASSERT_THAT(UploadDataset("few", csv), IsGrpcOk());
  ASSERT_THAT(Evaluate("tiny", "few", "all"), IsGrpcOk());
  EXPECT_EQ(evaluation_.count(), kReadable);
  EXPECT_EQ(evaluation_.skipped(), 1);
}

TEST_F(EvaluateTest, TextsWithoutLabelsAreRefused) {
  StartServer();
  v1::DatasetHeader header;
  header.set_name("texts");
  header.set_unlabelled(true);
  ASSERT_THAT(UploadDataset(header, "review\ngood\n"), IsGrpcOk());
  EXPECT_THAT(Evaluate("tiny", "texts"),
              GrpcCodeIs(StatusCode::FAILED_PRECONDITION,
                         "dataset texts has no labels to measure by"));
}

TEST_F(EvaluateTest, EvaluateNamesAllThatIsWrong) {
  StartServer();
  const grpc::Status status = Evaluate("", "No Name", "half");
  EXPECT_THAT(status, GrpcCodeIs(StatusCode::INVALID_ARGUMENT));
  EXPECT_THAT(WrongFields(status), ElementsAre("model", "dataset", "split"));
}

TEST_F(EvaluateTest, EvaluateNamesWhatIsNotThere) {
  StartServer();
  UploadSamples();
  EXPECT_THAT(Evaluate("other", "reviews"),
              GrpcCodeIs(StatusCode::NOT_FOUND, "other"));
  EXPECT_THAT(Evaluate("tiny", "elsewhere"),
              GrpcCodeIs(StatusCode::NOT_FOUND, "elsewhere"));
}

TEST_F(EvaluateTest, ASplitWithoutATextIsRefused) {
  StartServer();
  v1::DatasetHeader header;
  header.set_name("untested");
  header.set_id_column("id");
  header.set_split("100/0/0");
  ASSERT_THAT(UploadDataset(header, SampleReviews()), IsGrpcOk());
  EXPECT_THAT(Evaluate("tiny", "untested", "test"),
              GrpcCodeIs(StatusCode::FAILED_PRECONDITION,
                         "split test of dataset untested has no text"));
}

TEST_F(EvaluateTest, AFlippedLetterOfADatasetIsDataLoss) {
  StartServer();
  UploadSamples();
  Damage(Stored("datasets/reviews/rows.csv"), "good", "gold");
  EXPECT_THAT(Evaluate("tiny", "reviews"),
              GrpcCodeIs(StatusCode::DATA_LOSS, "datasets/reviews/rows.csv"));
}

TEST_F(EvaluateTest, AFlippedByteOfAModelIsDataLoss) {
  PublishTinyModel("tiny");
  StartServer();
  UploadSamples();
  FlipLastByte(Stored("models/tiny/1/model.safetensors"));
  EXPECT_THAT(
      Evaluate("tiny@1", "reviews"),
      GrpcCodeIs(StatusCode::DATA_LOSS, "models/tiny/1/model.safetensors"));
}

TEST_F(EvaluateTest, ADeadlineThatPassesEndsTheWork) {
  StartServer();
  UploadSamples();
  HeldFile rows(Stored("datasets/reviews/rows.csv"));
  Pending call;
  SetServerDeadline(call.context(), std::chrono::milliseconds(50));
  Begin(call);
  EXPECT_THAT(call.Wait(), GrpcCodeIs(StatusCode::DEADLINE_EXCEEDED));
  TrickleUntilNoneInFlight(rows, kMethod);
  EXPECT_EQ(Ended(kMethod, "DEADLINE_EXCEEDED"), 1);
}

TEST_F(EvaluateTest, ACallerWhoLeavesEndsTheWork) {
  StartServer();
  UploadSamples();
  HeldFile rows(Stored("datasets/reviews/rows.csv"));
  Pending call;
  Begin(call);
  WaitUntilInFlight(kMethod);
  call.context().TryCancel();
  EXPECT_THAT(call.Wait(), GrpcCodeIs(StatusCode::CANCELLED));
  TrickleUntilNoneInFlight(rows, kMethod);
  EXPECT_EQ(Ended(kMethod, "CANCELLED"), 1);
}

}  // namespace
}  // namespace carousel
