#include "core/serve/predictor.h"

#include <chrono>
#include <cmath>
#include <limits>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/core/serve/predictor_fixture.h"
#include "tests/support/status_matchers.h"

namespace carousel {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using enum absl::StatusCode;

TEST_F(PredictorTest, AnswersEachTextAtItsPlace) {
  const auto predictor = MakePredictor({.queue = {.batch = {.rows = 3}}});
  // Lengths in no order, and some texts twice.
  const std::vector<std::string> texts = {
      "w1 w2", "w3", "w4 w5 w6 w7", "w1 w2", "w8 w9 w10", "w3", "w2 w1"};
  ASSERT_OK_AND_ASSIGN(const PredictReply reply,
                       Call(*predictor, Request(texts)));
  EXPECT_EQ(reply.model, "m");
  EXPECT_EQ(reply.version, 1);
  EXPECT_THAT(reply.label_names, ElementsAre("negative", "positive"));
  EXPECT_EQ(reply.majority_label, 1);
  ASSERT_THAT(reply.results, SizeIs(texts.size()));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    ASSERT_OK(reply.results[i]);
    const double expected = model_->ProbabilityOf(texts[i]);
    EXPECT_EQ(reply.results[i]->probability, expected) << texts[i];
    EXPECT_EQ(reply.results[i]->label,
              expected >= 0.5 ? "positive" : "negative");
  }
}

TEST_F(PredictorTest, TellsWhereTheTimeOfACallWent) {
  CloseGate();
  ManualExecutor executor;
  Predictor predictor({}, registry_, {executor, executor}, clock_, nullptr);
  auto other = Start(predictor, Request({"w1"}));
  executor.RunAll();
  AwaitBatch();  // the other's, which is in the way of the next
  // Two chunks, so that its tokenizing takes two tasks.
  auto reply = Start(predictor, Request(std::vector<std::string>(65, "w1 w2")));
  clock_.Advance(absl::Seconds(1));
  executor.RunOne();
  clock_.Advance(absl::Seconds(2));
  executor.RunAll();
  clock_.Advance(absl::Seconds(4));
  OpenGate(1);
  AwaitBatch();
  clock_.Advance(absl::Seconds(8));
  OpenGate();
  ASSERT_OK_AND_ASSIGN(const PredictReply answered, reply.get());
  EXPECT_EQ(answered.times.model, std::chrono::seconds(1));
  EXPECT_EQ(answered.times.tokenize, std::chrono::seconds(2));
  EXPECT_EQ(answered.times.queue, std::chrono::seconds(4));
  EXPECT_EQ(answered.times.forward, std::chrono::seconds(8));
  EXPECT_OK(other.get().status());
}

TEST_F(PredictorTest, OfTextsThatAreAllBadNoneWaits) {
  ManualExecutor executor;
  Predictor predictor({}, registry_, {executor, executor}, clock_, nullptr);
  auto reply = Start(predictor, Request({"", ""}));
  clock_.Advance(absl::Seconds(1));
  executor.RunAll();
  ASSERT_OK_AND_ASSIGN(const PredictReply answered, reply.get());
  EXPECT_EQ(answered.times.model, std::chrono::seconds(1));
  EXPECT_EQ(answered.times.queue, std::chrono::seconds(0));
  EXPECT_EQ(answered.times.forward, std::chrono::seconds(0));
}

TEST_F(PredictorTest, HalfIsPositive) {
  answer_ = [](std::span<const EncodedText> texts) {
    return std::vector<double>{0.5, std::nextafter(0.5, 0)};
  };
  const auto predictor = MakePredictor();
  ASSERT_OK_AND_ASSIGN(const PredictReply reply,
                       Call(*predictor, Request({"w1 w2", "w1"})));
  EXPECT_EQ(reply.results[0]->label, "positive");
  EXPECT_EQ(reply.results[1]->label, "negative");
}

TEST_F(PredictorTest, ABadTextFailsAlone) {
  const auto predictor = MakePredictor();
  const std::string too_long((1 << 20) + 1, 'a');
  ASSERT_OK_AND_ASSIGN(
      const PredictReply reply,
      Call(*predictor, Request({"", "w1", "caf\xe9", too_long, "<br />", "w2",
                                too_long.substr(1)})));
  const std::vector<std::string> reasons = {
      "NO_TOKENS", "", "INVALID_UTF8", "TEXT_TOO_LONG", "NO_TOKENS", "", ""};
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    EXPECT_EQ(GetReason(reply.results[i].status()), reasons[i]) << i;
    EXPECT_THAT(reply.results[i],
                StatusIs(reasons[i].empty() ? kOk : kInvalidArgument));
  }
  EXPECT_EQ(reply.results[5]->probability, model_->ProbabilityOf("w2"));
}

TEST_F(PredictorTest, AnswersACallOfBadTextsAlone) {
  answer_ = [](std::span<const EncodedText>) -> std::vector<double> {
    ADD_FAILURE() << "no text can be read, so no batch should run";
    return {};
  };
  const auto predictor = MakePredictor();
  ASSERT_OK_AND_ASSIGN(const PredictReply reply,
                       Call(*predictor, Request({"", "\xff"})));
  EXPECT_THAT(reply.results, Each(StatusIs(kInvalidArgument)));
}

TEST_F(PredictorTest, NamesTheLimitThatACallBreaks) {
  const auto predictor = MakePredictor({.max_texts = 3, .max_bytes = 10});
  EXPECT_THAT(Call(*predictor, Request({})),
              StatusIs(kInvalidArgument,
                       HasSubstr("texts has 0 entries; it must have 1 to 3")));
  EXPECT_THAT(Call(*predictor, Request({"w1", "w1", "w1", "w1"})),
              StatusIs(kInvalidArgument, HasSubstr("texts has 4 entries")));
  EXPECT_THAT(Call(*predictor, Request({"w1 w2 w3 w4"})),
              StatusIs(kInvalidArgument,
                       HasSubstr("texts has 11 bytes; it must have at most "
                                 "10")));
  EXPECT_OK(Call(*predictor, Request({"w1 w", "w1 w", "w1"})));
}

TEST_F(PredictorTest, ACallOfMoreThanTheQueueHoldsCannotBeTriedAgain) {
  const auto predictor = MakePredictor({.queue = {.capacity = 2}});
  EXPECT_THAT(Call(*predictor, Request({"w1", "w2", "w3"})),
              StatusIs(kInvalidArgument,
                       HasSubstr("texts has 3 entries; it must have 1 to 2")));
  EXPECT_OK(Call(*predictor, Request({"w1", "w2"})));
}

TEST_F(PredictorTest, TheContractsLimitsAreTheDefault) {
  const PredictorOptions options;
  EXPECT_EQ(options.max_texts, 4096u);
  EXPECT_EQ(options.max_bytes, 32u * 1024 * 1024);
  const auto predictor = MakePredictor(options);
  ASSERT_OK_AND_ASSIGN(
      const PredictReply reply,
      Call(*predictor, Request(std::vector<std::string>(4096, "w1"))));
  EXPECT_THAT(reply.results, SizeIs(4096));
  EXPECT_THAT(Call(*predictor, Request(std::vector<std::string>(4097, "w1"))),
              StatusIs(kInvalidArgument));
}

TEST_F(PredictorTest, SaysThatAModelIsUnknown) {
  const auto predictor = MakePredictor();
  EXPECT_THAT(Call(*predictor, {.model = {.name = "other"}, .texts = {"w1"}}),
              StatusIs(kNotFound, HasSubstr("other")));
}

TEST_F(PredictorTest, AFullQueueRefusesTheWholeCall) {
  CloseGate();
  // Calls come to the queue one after the other.
  ManualExecutor executor;
  Predictor predictor({.queue = {.capacity = 3, .batch = {.rows = 1}}},
                      registry_, {executor, executor}, clock_, nullptr);
  const auto start = [&](std::vector<std::string> texts) {
    auto reply = Start(predictor, Request(std::move(texts)));
    executor.RunAll();
    return reply;
  };
  auto running = start({"w1"});
  AwaitBatch();
  auto waiting = start({"w2", "w3"});
  // With room for one more, two do not fit; the one that comes later does.
  const Reply answer = start({"w4", "w5"}).get();
  EXPECT_THAT(answer, StatusIs(kResourceExhausted));
  EXPECT_EQ(GetReason(answer.status()), "QUEUE_FULL");
  auto last = start({"w6"});
  OpenGate();
  EXPECT_OK(running.get());
  EXPECT_OK(waiting.get());
  EXPECT_OK(last.get());
}

TEST_F(PredictorTest, RefusesWhatWouldWaitTooLongToBeRead) {
  const struct {
    PredictorOptions options;
    std::vector<std::string> texts;
    const char* message;
  } cases[] = {
      {{.queue = {.capacity = 3}}, {"w1", "w2"}, "2 of at most 3 texts"},
      {{.max_held_bytes = 10}, {"w1 w2 w3"}, "8 of at most 10 bytes"},
  };
  for (const auto& c : cases) {
    SCOPED_TRACE(c.message);
    ManualExecutor executor;
    Predictor predictor(c.options, registry_, {executor, executor}, clock_,
                        nullptr);
    auto taken = Start(predictor, Request(c.texts));
    const Reply refused = Call(predictor, Request(c.texts));
    EXPECT_THAT(refused, StatusIs(kResourceExhausted, HasSubstr(c.message)));
    EXPECT_EQ(GetReason(refused.status()), "QUEUE_FULL");
    EXPECT_GT(GetRetryDelay(refused.status()), absl::ZeroDuration());
    executor.RunAll();
    EXPECT_OK(taken.get());
    // A call that fails makes room as well.
    auto unknown =
        Start(predictor, {.model = {.name = "other"}, .texts = c.texts});
    executor.RunAll();
    EXPECT_THAT(unknown.get(), StatusIs(kNotFound));
    auto later = Start(predictor, Request(c.texts));
    executor.RunAll();
    EXPECT_OK(later.get());
  }
}

TEST_F(PredictorTest, ADeadlineInThePastNeedsNoModel) {
  const auto predictor = MakePredictor();
  PredictRequest request{.model = {.name = "other"}, .texts = {"w1"}};
  request.deadline = clock_.SteadyNow();
  EXPECT_THAT(Call(*predictor, std::move(request)),
              StatusIs(kDeadlineExceeded));
}

TEST_F(PredictorTest, ADeadlineThatPassesInTheBatchFailsTheCall) {
  CloseGate();
  const auto predictor = MakePredictor();
  PredictRequest request = Request({"w1", "w2"});
  request.deadline = clock_.SteadyNow() + std::chrono::seconds(1);
  auto reply = Start(*predictor, std::move(request));
  AwaitBatch();
  clock_.Advance(absl::Seconds(1));
  OpenGate();
  EXPECT_THAT(reply.get(),
              StatusIs(kDeadlineExceeded, HasSubstr("all 2 texts")));
}

TEST_F(PredictorTest, ADeadlineThatPassesInTheQueueCostsNoBatch) {
  CloseGate();
  const auto predictor = MakePredictor({.queue = {.batch = {.rows = 1}}});
  auto first = Start(*predictor, Request({"w1"}));
  AwaitBatch();
  PredictRequest request = Request({"w2"});
  request.deadline = clock_.SteadyNow() + std::chrono::seconds(1);
  auto second = Start(*predictor, std::move(request));
  while (predictor->queue_depth() == 0) std::this_thread::yield();
  clock_.Advance(absl::Seconds(1));
  OpenGate(1);
  EXPECT_OK(first.get());
  EXPECT_THAT(second.get(), StatusIs(kDeadlineExceeded));
}

TEST_F(PredictorTest, ACallerWhoGoesAwayCostsNoBatch) {
  CloseGate();
  const auto predictor = MakePredictor({.queue = {.batch = {.rows = 1}}});
  auto first = Start(*predictor, Request({"w1"}));
  AwaitBatch();
  std::atomic<bool> cancelled = false;
  PredictRequest request = Request({"w2", "w3"});
  request.cancelled = [&] { return cancelled.load(); };
  auto second = Start(*predictor, std::move(request));
  while (predictor->queue_depth() < 2) std::this_thread::yield();
  cancelled = true;
  OpenGate(1);
  EXPECT_OK(first.get());
  EXPECT_THAT(second.get(), StatusIs(kCancelled));
}

TEST_F(PredictorTest, AModelThatFailsFailsTheCall) {
  const auto predictor = MakePredictor();
  answer_ = [](std::span<const EncodedText>) {
    return absl::InternalError("LibTorch: out of memory");
  };
  EXPECT_THAT(Call(*predictor, Request({"w1", ""})),
              StatusIs(kInternal, HasSubstr("m@1: LibTorch: out of memory")));
  answer_ = [](std::span<const EncodedText>) {
    return std::vector<double>{0.1};
  };
  EXPECT_THAT(Call(*predictor, Request({"w1", "w2"})),
              StatusIs(kInternal, HasSubstr("1 answers to 2 texts")));
}

TEST_F(PredictorTest, WhatIsNoProbabilityIsNoAnswer) {
  const auto predictor = MakePredictor();
  for (const double answer :
       {std::numeric_limits<double>::quiet_NaN(), -0.1, 1.1}) {
    answer_ = [&](std::span<const EncodedText>) {
      return std::vector<double>{1.0, answer};
    };
    EXPECT_THAT(Call(*predictor, Request({"w1 w1", "w1"})),
                StatusIs(kInternal, HasSubstr("a probability must be in")));
  }
}

TEST_F(PredictorTest, StopAnswersWhatItTookAndRefusesTheRest) {
  CloseGate();
  const auto predictor = MakePredictor({.queue = {.batch = {.rows = 1}}});
  std::vector<std::future<Reply>> taken;
  taken.reserve(5);
  for (int i = 0; i < 5; ++i) {
    taken.push_back(Start(*predictor, Request({"w1", "w2"})));
  }
  AwaitBatch();
  std::thread stopper([&] { predictor->Stop(); });
  OpenGate();
  stopper.join();
  for (std::future<Reply>& reply : taken) {
    ASSERT_EQ(reply.wait_for(std::chrono::seconds(0)),
              std::future_status::ready);
    EXPECT_OK(reply.get());
  }
  const Reply refused = Call(*predictor, Request({"w1"}));
  EXPECT_THAT(refused, StatusIs(kUnavailable));
  EXPECT_EQ(GetReason(refused.status()), "DRAINING");
  predictor->Stop();
}

TEST_F(PredictorTest, StopWaitsForCallsThatAreStillBeingRead) {
  ManualExecutor executor;
  Predictor predictor({.queue = {.capacity = 1 << 30}}, registry_,
                      {executor, executor}, clock_, nullptr);
  auto reply = Start(predictor, Request({"w1"}));
  std::thread stopper([&] { predictor.Stop(); });
  // Refused once Stop has begun; until then each call is one more that it
  // waits for.
  std::vector<std::future<Reply>> calls;
  do {
    std::this_thread::yield();
    calls.push_back(Start(predictor, Request({"w2"})));
  } while (calls.back().wait_for(std::chrono::seconds(0)) !=
           std::future_status::ready);
  EXPECT_THAT(calls.back().get(), StatusIs(kUnavailable));
  calls.pop_back();
  executor.RunAll();
  stopper.join();
  EXPECT_OK(reply.get());
  for (std::future<Reply>& call : calls) EXPECT_OK(call.get());
}

TEST_F(PredictorTest, HoldsNoThreadWhileACallWaits) {
  CloseGate();
  ManualExecutor executor;
  Predictor predictor({.queue = {.batch = {.rows = 1}}}, registry_,
                      {executor, executor}, clock_, nullptr);
  std::vector<std::future<Reply>> replies;
  replies.reserve(50);
  for (int i = 0; i < 50; ++i) {
    replies.push_back(Start(predictor, Request({"w1"})));
    // Were a task to wait for its answer, this thread would not come back.
    executor.RunAll();
  }
  OpenGate();
  for (std::future<Reply>& reply : replies) EXPECT_OK(reply.get());
}

TEST_F(PredictorTest, ASmallCallIsReadAmongTheChunksOfALargeOne) {
  ManualExecutor executor;
  const std::size_t parallelism = 4;
  Predictor predictor({.encode_parallelism = parallelism}, registry_,
                      {executor, executor}, clock_, nullptr);
  auto large =
      Start(predictor, Request(std::vector<std::string>(4096, "w1 w2")));
  executor.RunOne();
  EXPECT_EQ(executor.size(), parallelism);
  auto small = Start(predictor, Request({"w3"}));
  for (std::size_t i = 0; i < parallelism + 1; ++i) executor.RunOne();
  EXPECT_OK(small.get());
  EXPECT_EQ(large.wait_for(std::chrono::seconds(0)),
            std::future_status::timeout);
  EXPECT_LE(executor.size(), parallelism);
  executor.RunAll();
  EXPECT_THAT(large.get(), IsOkAndHolds(::testing::Field(&PredictReply::results,
                                                         SizeIs(4096))));
}

TEST_F(PredictorTest, AModelThatMustBeLoadedKeepsNobodyElseWaiting) {
  ASSERT_OK(registry_.Publish({.model = "m", .job = "job-2"},
                              Content("weights", "w"), false));
  ASSERT_OK(registry_.Unload({.name = "m", .version = 1}));
  ManualExecutor encode, load;
  Predictor predictor({}, registry_, {encode, load}, clock_, nullptr);
  auto old =
      Start(predictor, {.model = {.name = "m", .version = 1}, .texts = {"w1"}});
  encode.RunAll();
  EXPECT_EQ(load.size(), 1u);
  auto latest = Start(predictor, Request({"w1"}));
  encode.RunAll();
  EXPECT_OK(latest.get());
  load.RunAll();
  encode.RunAll();
  EXPECT_THAT(old.get(),
              IsOkAndHolds(::testing::Field(&PredictReply::version, 1)));
}

TEST_F(PredictorTest, BytesAreHeldUntilTheCallIsAnswered) {
  CloseGate();
  ManualExecutor executor;
  Predictor predictor({.max_held_bytes = 5}, registry_, {executor, executor},
                      clock_, nullptr);
  auto first = Start(predictor, Request({"w1 w2"}));
  executor.RunAll();
  AwaitBatch();
  EXPECT_THAT(Call(predictor, Request({"w3"})),
              StatusIs(kResourceExhausted, HasSubstr("5 of at most 5 bytes")));
  OpenGate();
  EXPECT_OK(first.get());
  auto second = Start(predictor, Request({"w3"}));
  executor.RunAll();
  EXPECT_OK(second.get());
}

class Recorder final : public PredictObserver {
 public:
  void OnBatch(std::size_t rows, double seconds) override {
    MutexLock lock(mutex_);
    rows_ += rows;
    EXPECT_GE(seconds, 0);
  }
  void OnQueueWait(double seconds) override {
    MutexLock lock(mutex_);
    ++waits_;
    EXPECT_GE(seconds, 0);
  }
  void OnTokenized(const std::string& model, std::int64_t tokens,
                   std::int64_t unknown, double seconds) override {
    MutexLock lock(mutex_);
    EXPECT_EQ(model, "m");
    tokens_ += tokens;
    unknown_ += unknown;
    EXPECT_GE(seconds, 0);
  }
  void OnAnswer(const std::string& model,
                const absl::StatusOr<double>& answer) override {
    MutexLock lock(mutex_);
    EXPECT_EQ(model, "m");
    codes_.push_back(answer.status().code());
  }

  // Of all batches; texts that waited; tokens and unknown ones.
  std::vector<std::int64_t> Counts() {
    MutexLock lock(mutex_);
    return {rows_, waits_, tokens_, unknown_};
  }
  std::vector<absl::StatusCode> TakeCodes() {
    MutexLock lock(mutex_);
    return std::exchange(codes_, {});
  }

 private:
  Mutex mutex_;
  std::int64_t rows_ GUARDED_BY(mutex_) = 0;
  std::int64_t waits_ GUARDED_BY(mutex_) = 0;
  std::int64_t tokens_ GUARDED_BY(mutex_) = 0;
  std::int64_t unknown_ GUARDED_BY(mutex_) = 0;
  std::vector<absl::StatusCode> codes_ GUARDED_BY(mutex_);
};

TEST_F(PredictorTest, TellsTheObserverOfEveryTextOnce) {
  Recorder recorder;
  const auto predictor = MakePredictor({}, &recorder);
  ASSERT_OK(Call(*predictor, Request({"w1 xyzzy w2", "", "w3"})));
  EXPECT_THAT(recorder.Counts(), ElementsAre(2, 2, 4, 1));
  EXPECT_THAT(recorder.TakeCodes(), ElementsAre(kOk, kInvalidArgument, kOk));
  // Answered too late: the call fails, and so do all its texts.
  answer_ = [this](std::span<const EncodedText> texts) {
    clock_.Advance(absl::Seconds(1));
    return FakeLiveModel::AnswerByTokens(texts);
  };
  PredictRequest request = Request({"w1", ""});
  request.deadline = clock_.SteadyNow() + std::chrono::seconds(1);
  EXPECT_THAT(Call(*predictor, std::move(request)),
              StatusIs(kDeadlineExceeded));
  EXPECT_THAT(recorder.TakeCodes(),
              ElementsAre(kDeadlineExceeded, kDeadlineExceeded));
}

}  // namespace
}  // namespace carousel
