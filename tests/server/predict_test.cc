// SentimentService/Predict through a real server.
#include <grpcpp/client_context.h>

#include <chrono>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/damage.h"
#include "tests/support/grpc_status.h"
#include "tests/support/held_file.h"
#include "tests/support/pending_call.h"
#include "tests/support/server_fixture.h"

namespace carousel {
namespace {

using grpc::StatusCode;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Le;
using ::testing::SizeIs;

constexpr char kMethod[] = "SentimentService/Predict";

class PredictTest : public ServerFixture {
 protected:
  using Pending = PendingCall<v1::PredictRequest, v1::PredictResponse>;

  void SetUp() override { PublishTinyModel("tiny"); }

  static v1::PredictRequest MakeRequest(const std::string& model,
                                        const std::vector<std::string>& texts) {
    v1::PredictRequest request;
    request.set_model(model);
    request.mutable_texts()->Assign(texts.begin(), texts.end());
    return request;
  }

  grpc::Status Predict(const std::string& model,
                       const std::vector<std::string>& texts) {
    grpc::ClientContext context;
    response_.Clear();
    return sentiment_->Predict(&context, MakeRequest(model, texts), &response_);
  }

  void Begin(Pending& call, const v1::PredictRequest& request) {
    call.request() = request;
    call.Start(sentiment_->async(),
               &v1::SentimentService::Stub::async::Predict);
  }

  std::int64_t QueueDepth() {
    grpc::ClientContext context;
    v1::GetServerInfoResponse response;
    EXPECT_THAT(info_->GetServerInfo(&context, {}, &response), IsGrpcOk());
    return response.server().predict_queue_depth();
  }

  // If it is loaded.
  void Unload(const std::string& model) {
    grpc::ClientContext context;
    v1::UnloadModelRequest request;
    request.set_model(model);
    v1::UnloadModelResponse response;
    models_->UnloadModel(&context, request, &response);
  }

  v1::PredictResponse response_;
};

TEST_F(PredictTest, AnswersEveryTextInOrder) {
  StartServer();
  ASSERT_THAT(Predict("tiny", {"a good film", "a bad film", "a good film"}),
              IsGrpcOk());
  EXPECT_EQ(response_.model(), "tiny");
  EXPECT_EQ(response_.version(), 1);
  EXPECT_EQ(response_.negative_label(), "neg");
  EXPECT_EQ(response_.positive_label(), "pos");
  EXPECT_EQ(response_.majority_label(), "pos");
  ASSERT_THAT(response_.results(), SizeIs(3));
  for (const v1::PredictResult& result : response_.results()) {
    const double probability = result.prediction().probability();
    EXPECT_THAT(probability, AllOf(Ge(0), Le(1)));
    EXPECT_EQ(result.prediction().label(), probability >= 0.5 ? "pos" : "neg");
  }
  EXPECT_NEAR(response_.results(0).prediction().probability(),
              response_.results(2).prediction().probability(), 1e-6);
  EXPECT_NE(response_.results(0).prediction().probability(),
            response_.results(1).prediction().probability());
}

TEST_F(PredictTest, AModelIsFoundByNameVersionAndLabel) {
  StartServer();
  for (const std::string model : {"tiny", "tiny@1", "tiny@latest"}) {
    EXPECT_THAT(Predict(model, {"good"}), IsGrpcOk()) << model;
  }
}

TEST_F(PredictTest, ABadTextFailsAlone) {
  StartServer();
  ASSERT_THAT(Predict("tiny", {"a good film", "", "broken \xff byte",
                               std::string((1 << 20) + 1, 'a'), "<br />"}),
              IsGrpcOk());
  ASSERT_THAT(response_.results(), SizeIs(5));
  EXPECT_TRUE(response_.results(0).has_prediction());
  const std::vector<std::string> reasons = {"NO_TOKENS", "INVALID_UTF8",
                                            "TEXT_TOO_LONG", "NO_TOKENS"};
  for (int i = 1; i < 5; ++i) {
    const v1::TextError& error = response_.results(i).error();
    EXPECT_EQ(error.code(), "INVALID_ARGUMENT") << i;
    EXPECT_EQ(error.reason(), reasons[static_cast<std::size_t>(i) - 1]) << i;
    EXPECT_THAT(error.message(), Not(IsEmpty())) << i;
  }
}

TEST_F(PredictTest, PredictNamesTheModelThatIsNotThere) {
  StartServer();
  EXPECT_THAT(Predict("other", {"good"}),
              GrpcCodeIs(StatusCode::NOT_FOUND, "other"));
  EXPECT_THAT(Predict("tiny@2", {"good"}), GrpcCodeIs(StatusCode::NOT_FOUND));
  EXPECT_THAT(Predict("tiny@stable", {"good"}),
              GrpcCodeIs(StatusCode::NOT_FOUND));
}

TEST_F(PredictTest, PredictRefusesWhatIsNoReference) {
  StartServer();
  const grpc::Status status = Predict("../etc", {"good"});
  EXPECT_THAT(status, GrpcCodeIs(StatusCode::INVALID_ARGUMENT));
  EXPECT_THAT(WrongFields(status), ElementsAre("model"));
}

TEST_F(PredictTest, PredictRefusesTooFewAndTooManyTexts) {
  StartServer();
  EXPECT_THAT(Predict("tiny", {}), GrpcCodeIs(StatusCode::INVALID_ARGUMENT));
  EXPECT_THAT(Predict("tiny", std::vector<std::string>(4097, "good")),
              GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "4097"));
  EXPECT_THAT(
      Predict("tiny", std::vector<std::string>(33, std::string(1 << 20, 'a'))),
      GrpcCodeIs(StatusCode::INVALID_ARGUMENT));
}

TEST_F(PredictTest, MoreTextsThanTheQueueEverHoldsAreNoMatterOfTryingAgain) {
  options_.predict_queue = 1;
  StartServer();
  const grpc::Status status = Predict("tiny", {"good", "bad"});
  EXPECT_THAT(status, GrpcCodeIs(StatusCode::INVALID_ARGUMENT,
                                 "texts has 2 entries; it must have 1 to 1"));
  EXPECT_FALSE(GetDetail<google::rpc::RetryInfo>(status).has_value());
  EXPECT_THAT(Predict("tiny", {"good"}), IsGrpcOk());
}

TEST_F(PredictTest, AQueueThatIsFullOfOthersSaysWhenToComeBack) {
  constexpr std::int64_t kCapacity = 1000;
  options_.predict_queue = kCapacity;
  options_.max_batch_rows = 1;
  StartServer();
  const std::vector<std::string> texts(kCapacity, "the film was good");
  grpc::Status status;
  // The others may be answered before this call comes; then once more.
  while (status.ok()) {
    Pending others;
    Begin(others, MakeRequest("tiny", texts));
    while (QueueDepth() == 0 && !others.is_over()) std::this_thread::yield();
    status = Predict("tiny", texts);
    EXPECT_THAT(others.Wait(), IsGrpcOk());
  }
  EXPECT_THAT(status, GrpcCodeIs(StatusCode::RESOURCE_EXHAUSTED,
                                 "1000 texts do not fit into the queue"));
  EXPECT_EQ(ReasonOf(status), "QUEUE_FULL");
  EXPECT_TRUE(GetDetail<google::rpc::RetryInfo>(status).has_value());
  EXPECT_THAT(Predict("tiny", {"good"}), IsGrpcOk());
}

TEST_F(PredictTest, ADeadlineThatPassesEndsTheWork) {
  PublishTinyModel("tiny");  // tiny@1 is loaded by the first who asks for it
  StartServer();
  HeldFile weights(Stored("models/tiny/1/model.safetensors"));
  Pending call;
  SetServerDeadline(call.context(), std::chrono::milliseconds(50));
  Begin(call, MakeRequest("tiny@1", {"good"}));
  EXPECT_THAT(call.Wait(), GrpcCodeIs(StatusCode::DEADLINE_EXCEEDED));
  weights.Release();
  WaitUntilNoneInFlight(kMethod);
  EXPECT_EQ(Ended(kMethod, "DEADLINE_EXCEEDED"), 1);
  EXPECT_EQ(ScrapeMetrics()["carousel_predict_batch_rows_count"], 0);
}

TEST_F(PredictTest, ACallerWhoLeavesEndsTheWork) {
  PublishTinyModel("tiny");
  StartServer();
  // The server may hear of it only when the answer is made; then once more.
  while (Ended(kMethod, "CANCELLED") == 0) {
    HeldFile weights(Stored("models/tiny/1/model.safetensors"));
    Pending call;
    Begin(call, MakeRequest("tiny@1", {"good"}));
    WaitUntilInFlight(kMethod);
    call.context().TryCancel();
    EXPECT_THAT(call.Wait(), GrpcCodeIs(StatusCode::CANCELLED));
    QueueDepth();  // comes to the server after the cancellation
    weights.Release();
    WaitUntilNoneInFlight(kMethod);
    Unload("tiny@1");
  }
}

TEST_F(PredictTest, AModelThatAnswersNoProbabilityIsRefused) {
  PublishBrokenModel("broken");
  StartServer();
  EXPECT_THAT(Predict("broken", {"good"}),
              GrpcCodeIs(StatusCode::FAILED_PRECONDITION,
                         "a probability must be in [0, 1]"));
  EXPECT_THAT(Predict("tiny", {"good"}), IsGrpcOk());
}

TEST_F(PredictTest, AFlippedByteOfAModelIsDataLoss) {
  FlipLastByte(Stored("models/tiny/1/model.safetensors"));
  PublishTinyModel("healthy");
  StartServer();  // damage of one model does not stop the others
  EXPECT_THAT(Predict("tiny", {"good"}),
              GrpcCodeIs(StatusCode::DATA_LOSS, "model.safetensors"));
  EXPECT_THAT(Predict("healthy", {"good"}), IsGrpcOk());
  EXPECT_THAT(log(), HasSubstr("version_not_loaded"));
}

TEST_F(PredictTest, PredictIsCounted) {
  StartServer();
  ASSERT_THAT(Predict("tiny", {"a good film", ""}), IsGrpcOk());
  EXPECT_THAT(Predict("other", {"good"}), GrpcCodeIs(StatusCode::NOT_FOUND));
  const Series series = ScrapeMetrics();
  const std::string method = "method=\"SentimentService/Predict\"}";
  EXPECT_EQ(series.at("carousel_rpc_requests_total{code=\"OK\"," + method), 1);
  EXPECT_EQ(
      series.at("carousel_rpc_requests_total{code=\"NOT_FOUND\"," + method), 1);
  EXPECT_EQ(series.at("carousel_rpc_in_flight{" + method), 0);
  const std::string texts = "carousel_predict_texts_total{model=\"tiny\",";
  EXPECT_EQ(series.at(texts + "result=\"ok\"}"), 1);
  EXPECT_EQ(series.at(texts + "result=\"error\"}"), 1);
  EXPECT_EQ(series.at("carousel_predict_tokens_total{model=\"tiny\"}"), 3);
  EXPECT_EQ(series.at("carousel_predict_batch_rows_sum"), 1);
  EXPECT_EQ(series.at("carousel_predict_phase_seconds_count{phase=\"reply\"}"),
            1);
  EXPECT_EQ(series.at("carousel_model_load_duration_seconds_count"), 1);
  EXPECT_EQ(series.at("carousel_model_versions{model=\"tiny\"}"), 1);
}

}  // namespace
}  // namespace carousel
