#include "core/serve/stream_predictor.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/base/error_details.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/serve/predictor_fixture.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Optional;
using enum absl::StatusCode;

class Observed final : public PredictObserver {
 public:
  void OnBatch(std::size_t, double) override {}
  void OnQueueWait(double) override {}
  void OnTokenized(const std::string&, std::int64_t tokens,
                   std::int64_t unknown, double) override {
    tokens_.push_back(tokens);
    unknown_.push_back(unknown);
  }
  void OnAnswer(const std::string& model,
                const absl::StatusOr<double>& probability) override {
    answers_.push_back(probability);
  }
  std::vector<std::int64_t> tokens_;
  std::vector<std::int64_t> unknown_;
  std::vector<absl::StatusOr<double>> answers_;
};

using Answer = std::optional<absl::StatusOr<RunningAnswer>>;

class StreamPredictorTest : public PredictorTest {
 protected:
  StreamPredictorTest()
      : predictor_({.max_streams = 2}, registry_,
                   {.read = read_, .load = load_}, clock_, &observed_) {}

  StreamRequest Request(const std::string& model = "m") {
    return {.model = {.name = model},
            .deadline = deadline_,
            .cancelled = [this] { return cancelled_; }};
  }
  std::unique_ptr<PredictStream> Open(const std::string& model = "m") {
    return predictor_.Open(Request(model)).value();
  }

  // Where the outcome of the next operation comes to.
  PredictStream::Done Into(Answer& answer) {
    return [&answer](absl::StatusOr<RunningAnswer> result) {
      ASSERT_FALSE(answer.has_value()) << "done was called twice";
      answer = std::move(result);
    };
  }
  // Runs an operation to its end.
  template <typename Operation>
  absl::StatusOr<RunningAnswer> Finish(const Operation& operation) {
    Answer answer;
    operation(Into(answer));
    EXPECT_FALSE(answer.has_value()) << "nothing runs on the caller's thread";
    RunAll();
    return answer.value();
  }
  absl::StatusOr<RunningAnswer> Begin(PredictStream& stream) {
    return Finish([&](auto done) { stream.Begin(std::move(done)); });
  }
  absl::StatusOr<RunningAnswer> Read(PredictStream& stream,
                                     const std::string& chunk) {
    return Finish([&](auto done) { stream.Read(chunk, std::move(done)); });
  }
  absl::StatusOr<RunningAnswer> End(PredictStream& stream) {
    return Finish([&](auto done) { stream.End(std::move(done)); });
  }
  void RunAll() {
    while (read_.size() + load_.size() > 0) {
      read_.RunAll();
      load_.RunAll();
    }
  }

  ManualExecutor read_;
  ManualExecutor load_;
  Observed observed_;
  SteadyTime deadline_ = SteadyTime::max();
  bool cancelled_ = false;
  StreamPredictor predictor_;
};

TEST_F(StreamPredictorTest, AnswersAfterEveryChunkAndAtTheEnd) {
  const auto stream = Open();
  ASSERT_OK_AND_ASSIGN(auto answer, Begin(*stream));
  EXPECT_EQ(answer.model, "m");
  EXPECT_EQ(answer.probability, std::nullopt);
  ASSERT_OK_AND_ASSIGN(answer, Read(*stream, "w1 w2 w"));
  EXPECT_THAT(answer.probability, Optional(model_->ProbabilityOf("w1 w2")));
  ASSERT_OK_AND_ASSIGN(answer, Read(*stream, "3"));
  EXPECT_EQ(answer.tokens, 2);
  ASSERT_OK_AND_ASSIGN(answer, End(*stream));
  EXPECT_THAT(answer.probability, Optional(model_->ProbabilityOf("w1 w2 w3")));
}

TEST_F(StreamPredictorTest, HoldsNoThreadWhileTheClientIsSilent) {
  const auto stream = Open();
  ASSERT_OK(Begin(*stream));
  ASSERT_OK(Read(*stream, "w1 "));
  EXPECT_EQ(read_.size() + load_.size(), 0u);
}

TEST_F(StreamPredictorTest, StreamsTakeTurns) {
  const auto slow = Open();
  const auto quick = Open();
  ASSERT_OK(Begin(*slow));
  ASSERT_OK(Begin(*quick));
  Answer slow_answer;
  Answer quick_answer;
  slow->Read(std::string(1 << 20, ' '), Into(slow_answer));
  quick->Read("w1 ", Into(quick_answer));
  while (!quick_answer.has_value()) read_.RunOne();
  EXPECT_FALSE(slow_answer.has_value());
  RunAll();
  EXPECT_THAT(slow_answer, Optional(IsOk()));
}

TEST_F(StreamPredictorTest, LoadsAModelThatIsNotInMemory) {
  ASSERT_OK(registry_.Publish({.model = "m", .job = "job-2"},
                              Content("weights", "v"), false));
  ASSERT_OK(registry_.Unload({.name = "m", .version = 1}));
  const auto stream =
      predictor_.Open({.model = {.name = "m", .version = 1}}).value();
  Answer answer;
  stream->Begin(Into(answer));
  read_.RunAll();
  EXPECT_FALSE(answer.has_value());
  EXPECT_EQ(load_.size(), 1u);
  RunAll();
  ASSERT_OK(*answer);
  EXPECT_EQ((*answer)->version, 1);
}

TEST_F(StreamPredictorTest, TheVersionStaysThroughASwap) {
  const auto stream = Open();
  ASSERT_OK(Begin(*stream));
  ASSERT_OK(Read(*stream, "w1 "));
  ASSERT_OK(registry_.Publish({.model = "m", .job = "job-2"},
                              Content("weights", "v"), false));
  ASSERT_OK(registry_.Unload({.name = "m", .version = 1}));
  ASSERT_OK_AND_ASSIGN(const auto answer, End(*stream));
  EXPECT_EQ(answer.version, 1);
}

TEST_F(StreamPredictorTest, AnUnknownModelIsNotFound) {
  const auto stream = Open("other");
  EXPECT_THAT(Begin(*stream), StatusIs(kNotFound, HasSubstr("other")));
  stream->Close(absl::NotFoundError("other"));
  EXPECT_THAT(observed_.answers_, IsEmpty());
}

TEST_F(StreamPredictorTest, ADeadlineEndsTheWorkBetweenTwoSteps) {
  deadline_ = clock_.SteadyNow() + std::chrono::seconds(5);
  const auto stream = Open();
  ASSERT_OK(Begin(*stream));
  Answer answer;
  stream->Read(std::string(1 << 20, ' '), Into(answer));
  read_.RunOne();
  EXPECT_FALSE(answer.has_value());
  clock_.Advance(absl::Seconds(5));
  read_.RunOne();
  EXPECT_THAT(answer, Optional(StatusIs(kDeadlineExceeded)));
  EXPECT_EQ(read_.size(), 0u);
}

TEST_F(StreamPredictorTest, ACallerWhoLeavesEndsTheWorkBetweenTwoSteps) {
  const auto stream = Open();
  ASSERT_OK(Begin(*stream));
  Answer answer;
  stream->Read(std::string(1 << 20, ' '), Into(answer));
  read_.RunOne();
  cancelled_ = true;
  read_.RunOne();
  EXPECT_THAT(answer, Optional(StatusIs(kCancelled)));
  EXPECT_EQ(read_.size(), 0u);
}

TEST_F(StreamPredictorTest, TooManyStreamsAreToldToComeBack) {
  auto first = Open();
  const auto second = Open();
  const auto third = predictor_.Open(Request());
  EXPECT_THAT(third, StatusIs(kResourceExhausted, HasSubstr("at most 2")));
  EXPECT_EQ(GetReason(third.status()), "QUEUE_FULL");
  EXPECT_GT(GetRetryDelay(third.status()), absl::ZeroDuration());
  first = nullptr;
  EXPECT_OK(predictor_.Open(Request()));
}

TEST_F(StreamPredictorTest, TheObserverHearsWhatTheCallerGot) {
  auto stream = Open();
  ASSERT_OK(Begin(*stream));
  ASSERT_OK(Read(*stream, "w1 nobody w2"));
  ASSERT_OK(End(*stream));
  stream->Close(absl::OkStatus());
  stream = Open();
  ASSERT_OK(Begin(*stream));
  ASSERT_OK(Read(*stream, "w1 w2"));
  stream->Close(absl::CancelledError("the caller left"));
  EXPECT_THAT(observed_.tokens_, ElementsAre(3, 1));
  EXPECT_THAT(observed_.unknown_, ElementsAre(1, 0));
  EXPECT_THAT(observed_.answers_,
              ElementsAre(IsOkAndHolds(model_->ProbabilityOf("w1 nobody w2")),
                          StatusIs(kCancelled)));
}

TEST_F(StreamPredictorTest, WhatTheModelSaysIsTheStreamsError) {
  answer_ =
      [](std::span<const EncodedText>) -> absl::StatusOr<std::vector<double>> {
    return absl::InternalError("no memory");
  };
  const auto stream = Open();
  ASSERT_OK(Begin(*stream));
  EXPECT_THAT(Read(*stream, "w1 "),
              StatusIs(kInternal, HasSubstr("no memory")));
}

}  // namespace
}  // namespace carousel
