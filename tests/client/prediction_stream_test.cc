#include "client/prediction_stream.h"

#include <string>

#include "core/base/error_details.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/client/fake_server.h"
#include "tests/support/status_matchers.h"

namespace carousel::client {
namespace {

using ::testing::HasSubstr;
using enum absl::StatusCode;

using ServerStream = grpc::ServerReaderWriter<v1::PredictStreamResponse,
                                              v1::PredictStreamRequest>;

class PredictionStreamTest : public ::testing::Test {
 protected:
  FakeServer server_;
  Client client_{server_.address()};
};

TEST_F(PredictionStreamTest, SendsTheModelThenTheChunksAndReadsTheirAnswers) {
  std::string received;
  server_.predict_stream = [&](ServerStream& stream) {
    v1::PredictStreamRequest request;
    v1::PredictStreamResponse response;
    stream.Read(&request);
    received = request.start().model() + ":";
    while (stream.Read(&request)) {
      received += request.chunk() + "|";
      response.set_bytes(response.bytes() +
                         static_cast<std::int64_t>(request.chunk().size()));
      stream.Write(response);
    }
    response.set_is_final(true);
    stream.Write(response);
    return grpc::Status::OK;
  };
  PredictionStream stream(client_, "film@2", {});
  ASSERT_OK_AND_ASSIGN(auto response, stream.Send("one"));
  EXPECT_EQ(response.bytes(), 3);
  ASSERT_OK_AND_ASSIGN(response, stream.Send(std::string("\xFF\0", 2)));
  EXPECT_EQ(response.bytes(), 5);
  EXPECT_FALSE(response.is_final());
  ASSERT_OK_AND_ASSIGN(response, stream.Finish());
  EXPECT_TRUE(response.is_final());
  EXPECT_EQ(received, std::string("film@2:one|\xFF\0|", 14));
}

TEST_F(PredictionStreamTest, WhatEndsTheCallIsTheNextMethodsError) {
  server_.predict_stream = [](ServerStream&) {
    return StatusWithDetails(grpc::StatusCode::NOT_FOUND, "there is no model",
                             {.reason = "MODEL_NOT_FOUND"});
  };
  PredictionStream sending(client_, "film", {});
  const auto sent = sending.Send("one");
  EXPECT_THAT(sent, StatusIs(kNotFound, HasSubstr("there is no model")));
  EXPECT_EQ(GetReason(sent.status()), "MODEL_NOT_FOUND");
  PredictionStream finishing(client_, "film", {});
  EXPECT_THAT(finishing.Finish(), StatusIs(kNotFound));
}

TEST_F(PredictionStreamTest, AStreamThatEndsEarlyIsNoAnswer) {
  server_.predict_stream = [](ServerStream&) { return grpc::Status::OK; };
  PredictionStream stream(client_, "film", {});
  EXPECT_THAT(stream.Finish(), StatusIs(kAborted, HasSubstr("ended")));
}

TEST_F(PredictionStreamTest, AnErrorBehindTheLastAnswerCounts) {
  server_.predict_stream = [](ServerStream& stream) {
    stream.Write({});
    return grpc::Status(grpc::StatusCode::INTERNAL, "broken");
  };
  PredictionStream stream(client_, "film", {});
  EXPECT_THAT(stream.Finish(), StatusIs(kInternal, HasSubstr("broken")));
}

TEST_F(PredictionStreamTest, AServerThatIsNotThereIsUnavailable) {
  const Client client{std::string(kUnusedAddress)};
  PredictionStream stream(client, "film", {});
  const auto answer = stream.Send("one");
  EXPECT_THAT(answer, StatusIs(kUnavailable, HasSubstr(kUnusedAddress)));
}

TEST_F(PredictionStreamTest, LeavingEarlyCancelsTheCall) {
  server_.predict_stream = [](ServerStream& stream) {
    v1::PredictStreamRequest request;
    while (stream.Read(&request)) {
    }
    return grpc::Status::OK;
  };
  { const PredictionStream stream(client_, "film", {}); }
  // A call that went on would keep the server from going down.
}

}  // namespace
}  // namespace carousel::client
