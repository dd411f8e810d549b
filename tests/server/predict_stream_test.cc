// SentimentService/PredictStream through a real server.
#include <grpcpp/client_context.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/grpc_status.h"
#include "tests/support/server_fixture.h"
#include "tests/support/status_matchers.h"
#include "tests/support/tiny_model.h"

namespace carousel {
namespace {

using grpc::StatusCode;
using ::testing::AnyOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;

constexpr char kMethod[] = "SentimentService/PredictStream";

// A stream as its client sees it.
class Stream {
 public:
  explicit Stream(v1::SentimentService::Stub& stub) : stub_(stub) {}
  ~Stream() {
    if (exchange_ == nullptr) return;
    context_.TryCancel();
    Finish();
  }

  grpc::ClientContext& context() { return context_; }

  void Open() { exchange_ = stub_.PredictStream(&context_); }
  bool Start(const std::string& model) {
    if (exchange_ == nullptr) Open();
    v1::PredictStreamRequest request;
    request.mutable_start()->set_model(model);
    return exchange_->Write(request);
  }
  bool Write(const v1::PredictStreamRequest& request) {
    return exchange_->Write(request);
  }
  // Sends a chunk and gives its answer.
  v1::PredictStreamResponse Send(const std::string& chunk) {
    v1::PredictStreamRequest request;
    request.set_chunk(chunk);
    EXPECT_TRUE(Write(request));
    return Read();
  }
  v1::PredictStreamResponse Read() {
    v1::PredictStreamResponse response;
    EXPECT_TRUE(exchange_->Read(&response));
    return response;
  }
  void EndText() { exchange_->WritesDone(); }
  // What is left to read is dropped.
  grpc::Status Finish() {
    v1::PredictStreamResponse response;
    while (exchange_->Read(&response)) {
    }
    const grpc::Status status = exchange_->Finish();
    exchange_ = nullptr;
    return status;
  }

 private:
  v1::SentimentService::Stub& stub_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::PredictStreamRequest,
                                           v1::PredictStreamResponse>>
      exchange_;
};

class PredictStreamTest : public ServerFixture {
 protected:
  void SetUp() override {
    const TempDir content;
    ASSERT_OK(WriteStreamableModel(content.path()));
    PublishModel("tiny", "reviews", content.path());
  }

  double Predict(const std::string& text) {
    grpc::ClientContext context;
    v1::PredictRequest request;
    request.set_model("tiny");
    request.add_texts(text);
    v1::PredictResponse response;
    EXPECT_THAT(sentiment_->Predict(&context, request, &response), IsGrpcOk());
    EXPECT_THAT(response.results(), SizeIs(1));
    return response.results(0).prediction().probability();
  }
};

TEST_F(PredictStreamTest, AnswersEveryChunkAndEndsAtPredictsAnswer) {
  StartServer();
  Stream stream(*sentiment_);
  ASSERT_TRUE(stream.Start("tiny"));
  v1::PredictStreamResponse response = stream.Send("a go");
  EXPECT_EQ(response.model(), "tiny");
  EXPECT_EQ(response.version(), 1);
  EXPECT_EQ(response.negative_label(), "neg");
  EXPECT_EQ(response.positive_label(), "pos");
  EXPECT_EQ(response.tokens(), 1);
  EXPECT_EQ(response.bytes(), 4);
  EXPECT_FALSE(response.is_final());
  EXPECT_NEAR(response.probability(), Predict("a"), 1e-6);
  response = stream.Send("od<b");
  EXPECT_EQ(response.tokens(), 1);
  response = stream.Send("r />film");
  EXPECT_NEAR(response.probability(), Predict("a good"), 1e-6);
  stream.EndText();
  response = stream.Read();
  EXPECT_TRUE(response.is_final());
  EXPECT_FALSE(response.is_cut());
  EXPECT_EQ(response.tokens(), 3);
  const double whole = Predict("a good<br />film");
  EXPECT_NEAR(response.probability(), whole, 1e-6);
  EXPECT_EQ(response.label(), whole >= 0.5 ? "pos" : "neg");
  EXPECT_THAT(stream.Finish(), IsGrpcOk());
}

TEST_F(PredictStreamTest, BytesOneByOneAreTheSameText) {
  StartServer();
  const std::string text = "caf\u00E9 &amp; <i>wasn't</i> good, the u.s. film!";
  Stream stream(*sentiment_);
  ASSERT_TRUE(stream.Start("tiny@latest"));
  for (const char byte : text) stream.Send(std::string(1, byte));
  stream.EndText();
  EXPECT_NEAR(stream.Read().probability(), Predict(text), 1e-6);
  EXPECT_THAT(stream.Finish(), IsGrpcOk());
}

TEST_F(PredictStreamTest, BeforeTheFirstTokenThereIsNoProbability) {
  StartServer();
  Stream stream(*sentiment_);
  ASSERT_TRUE(stream.Start("tiny"));
  for (const char* chunk : {"", "goo"}) {
    const v1::PredictStreamResponse response = stream.Send(chunk);
    EXPECT_FALSE(response.has_probability());
    EXPECT_EQ(response.label(), "");
  }
}

TEST_F(PredictStreamTest, BehindTheCutNothingChanges) {
  StartServer();
  std::string text;
  for (int i = 0; i < 16; ++i) text += "good ";
  Stream stream(*sentiment_);
  ASSERT_TRUE(stream.Start("tiny"));
  const v1::PredictStreamResponse full = stream.Send(text);
  EXPECT_FALSE(full.is_cut());
  const v1::PredictStreamResponse cut = stream.Send("bad awful terrible ");
  EXPECT_TRUE(cut.is_cut());
  EXPECT_EQ(cut.tokens(), 19);
  EXPECT_EQ(cut.probability(), full.probability());
  stream.EndText();
  EXPECT_NEAR(stream.Read().probability(), Predict(text + "bad awful terrible"),
              1e-6);
}

TEST_F(PredictStreamTest, TextsThatPredictRefusesEndTheCall) {
  struct Case {
    std::vector<std::string> chunks;
    const char* reason;
  };
  const std::string half(1 << 19, ' ');
  const std::vector<Case> cases = {
      {{}, "NO_TOKENS"},
      {{"", " <br />"}, "NO_TOKENS"},
      {{"good caf\xC3"}, "INVALID_UTF8"},
      {{"good \xFF film"}, "INVALID_UTF8"},
      {{half, half, "x"}, "TEXT_TOO_LONG"},
      {{std::string((1 << 20) + 1, 'a')}, "TEXT_TOO_LONG"}};
  StartServer();
  for (const Case& c : cases) {
    Stream stream(*sentiment_);
    ASSERT_TRUE(stream.Start("tiny"));
    for (const std::string& chunk : c.chunks) {
      v1::PredictStreamRequest request;
      request.set_chunk(chunk);
      stream.Write(request);
    }
    stream.EndText();
    const grpc::Status status = stream.Finish();
    EXPECT_THAT(status, GrpcCodeIs(StatusCode::INVALID_ARGUMENT)) << c.reason;
    EXPECT_EQ(ReasonOf(status), c.reason);
  }
}

TEST_F(PredictStreamTest, WhatIsNoStreamIsRefused) {
  StartServer();
  Stream empty(*sentiment_);
  empty.Open();
  empty.EndText();
  EXPECT_THAT(empty.Finish(), GrpcCodeIs(StatusCode::INVALID_ARGUMENT,
                                         "first message of a stream"));
  v1::PredictStreamRequest request;
  Stream shapeless(*sentiment_);
  shapeless.Open();
  shapeless.Write(request);
  EXPECT_THAT(shapeless.Finish(), GrpcCodeIs(StatusCode::INVALID_ARGUMENT));
  request.set_chunk("good");
  Stream headless(*sentiment_);
  headless.Open();
  headless.Write(request);
  EXPECT_THAT(headless.Finish(), GrpcCodeIs(StatusCode::INVALID_ARGUMENT,
                                            "first message of a stream"));
  Stream twice(*sentiment_);
  twice.Start("tiny");
  twice.Start("tiny");
  EXPECT_THAT(twice.Finish(),
              GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "second start"));
  Stream hollow(*sentiment_);
  hollow.Start("tiny");
  hollow.Write({});
  EXPECT_THAT(hollow.Finish(),
              GrpcCodeIs(StatusCode::INVALID_ARGUMENT, "is empty"));
}

TEST_F(PredictStreamTest, ModelsThatAreNotThereOrCannotStreamAreNamed) {
  PublishTinyModel("whole");  // keeps the end of a text
  StartServer();
  Stream other(*sentiment_);
  other.Start("other");
  EXPECT_THAT(other.Finish(), GrpcCodeIs(StatusCode::NOT_FOUND, "other"));
  Stream broken(*sentiment_);
  broken.Start("../etc");
  EXPECT_THAT(broken.Finish(), GrpcCodeIs(StatusCode::INVALID_ARGUMENT));
  Stream whole(*sentiment_);
  whole.Start("whole");
  const grpc::Status status = whole.Finish();
  EXPECT_THAT(status, GrpcCodeIs(StatusCode::FAILED_PRECONDITION,
                                 "truncate is head_tail"));
  EXPECT_EQ(ReasonOf(status), "NOT_STREAMABLE");
}

TEST_F(PredictStreamTest, TheDeadlineOfASilentClientEndsItsStream) {
  StartServer();
  Stream stream(*sentiment_);
  SetServerDeadline(stream.context(), std::chrono::milliseconds(300));
  stream.Start("tiny");
  EXPECT_THAT(stream.Finish(), GrpcCodeIs(StatusCode::DEADLINE_EXCEEDED));
  WaitUntilNoneInFlight(kMethod);
  EXPECT_EQ(Ended(kMethod, "DEADLINE_EXCEEDED"), 1);
}

TEST_F(PredictStreamTest, AClientWhoVanishesEndsTheStream) {
  StartServer();
  {
    Stream stream(*sentiment_);
    ASSERT_TRUE(stream.Start("tiny"));
    EXPECT_EQ(stream.Send("a good film").tokens(), 2);
    stream.context().TryCancel();
  }
  WaitUntilNoneInFlight(kMethod);
  EXPECT_EQ(Ended(kMethod, "CANCELLED"), 1);
  const Series series = ScrapeMetrics();
  EXPECT_EQ(series.at("carousel_predict_texts_total{model=\"tiny\",result="
                      "\"error\"}"),
            1);
  EXPECT_EQ(series.at("carousel_predict_texts_total{model=\"tiny\",result="
                      "\"ok\"}"),
            0);
}

TEST_F(PredictStreamTest, AStreamGoesOnWhileTheServerDrains) {
  StartServer();
  Stream stream(*sentiment_);
  ASSERT_TRUE(stream.Start("tiny"));
  stream.Send("a good ");
  const double expected = Predict("a good film");
  std::thread shutdown([this] { server_->Shutdown(); });
  while (true) {  // until new ones are refused
    Stream late(*sentiment_);
    late.Start("tiny");
    late.EndText();
    const grpc::Status status = late.Finish();
    if (status.error_code() != StatusCode::UNAVAILABLE) continue;
    EXPECT_EQ(ReasonOf(status), "DRAINING");
    break;
  }
  stream.Send("film");
  stream.EndText();
  EXPECT_NEAR(stream.Read().probability(), expected, 1e-6);
  EXPECT_THAT(stream.Finish(), IsGrpcOk());
  shutdown.join();
}

TEST_F(PredictStreamTest, ASilentStreamIsBrokenOffAfterTheDrain) {
  options_.drain = absl::ZeroDuration();
  StartServer();
  Stream stream(*sentiment_);
  ASSERT_TRUE(stream.Start("tiny"));
  stream.Send("a good ");
  server_->Shutdown();
  EXPECT_THAT(stream.Finish(), AnyOf(GrpcCodeIs(StatusCode::UNAVAILABLE),
                                     GrpcCodeIs(StatusCode::CANCELLED)));
  EXPECT_THAT(log(), HasSubstr("drain_time_over"));
}

TEST_F(PredictStreamTest, AClientThatSendsWithoutReadingIsAnsweredInTheEnd) {
  StartServer();
  Stream stream(*sentiment_);
  ASSERT_TRUE(stream.Start("tiny"));
  v1::PredictStreamRequest request;
  request.set_chunk("good ");
  for (int i = 0; i < 200; ++i) ASSERT_TRUE(stream.Write(request));
  stream.EndText();
  for (int i = 1; i <= 200; ++i) ASSERT_EQ(stream.Read().tokens(), i);
  EXPECT_TRUE(stream.Read().is_final());
  EXPECT_THAT(stream.Finish(), IsGrpcOk());
}

TEST_F(PredictStreamTest, AStreamIsCountedAsOneText) {
  StartServer();
  Stream stream(*sentiment_);
  ASSERT_TRUE(stream.Start("tiny"));
  stream.Send("a good ");
  stream.Send("nonsense film");
  stream.EndText();
  EXPECT_THAT(stream.Finish(), IsGrpcOk());
  WaitUntilNoneInFlight(kMethod);
  const Series series = ScrapeMetrics();
  EXPECT_EQ(Ended(kMethod, "OK"), 1);
  const std::string texts = "carousel_predict_texts_total{model=\"tiny\",";
  EXPECT_EQ(series.at(texts + "result=\"ok\"}"), 1);
  EXPECT_EQ(series.at(texts + "result=\"error\"}"), 0);
  EXPECT_EQ(series.at("carousel_predict_tokens_total{model=\"tiny\"}"), 4);
  EXPECT_EQ(series.at("carousel_predict_unknown_tokens_total{model=\"tiny\"}"),
            1);
  EXPECT_EQ(series.at("carousel_predict_probability_count{model=\"tiny\"}"), 1);
  EXPECT_THAT(log(), HasSubstr("SentimentService/PredictStream"));
}

}  // namespace
}  // namespace carousel
