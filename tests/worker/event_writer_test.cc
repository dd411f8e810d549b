#include "worker/event_writer.h"

#include <sys/socket.h>

#include <cstdlib>
#include <stop_token>
#include <string>

#include "carousel/worker/v1/worker.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/status_matchers.h"
#include "worker/translation.h"
#include "worker/unique_fd.h"
#include "worker/wire.h"

namespace carousel {
namespace {

class EventWriterTest : public ::testing::Test {
 protected:
  EventWriterTest() {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) std::abort();
    ours_ = UniqueFd(ends[0]);
    servers_ = UniqueFd(ends[1]);
  }

  // The next event as core sees it.
  template <typename Kind>
  Kind Next() {
    worker::v1::Event message;
    EXPECT_THAT(ReadMessage(servers_.get(), message), IsOkAndHolds(true));
    const auto event = FromProto(message);
    if (!event.has_value() || !std::holds_alternative<Kind>(*event)) {
      ADD_FAILURE() << message.ShortDebugString();
      return {};
    }
    return std::get<Kind>(*event);
  }

  UniqueFd ours_, servers_;
  std::stop_source stop_;
};

TEST_F(EventWriterTest, LifeIsToldWhenNothingElseIs) {
  EventWriter events(ours_.get(), stop_);
  events.OnAlive();  // the first event
  Next<WorkerAlive>();
  events.OnStage("training");
  Next<WorkerStage>();
  // As fast as this, they are not worth a message each.
  for (int batch = 0; batch < 1000; ++batch) events.OnAlive();
  events.OnStage("saving");
  int alive = 0;
  for (;;) {
    worker::v1::Event message;
    ASSERT_THAT(ReadMessage(servers_.get(), message), IsOkAndHolds(true));
    if (!message.has_alive()) break;
    ++alive;
  }
  EXPECT_LT(alive, 1000);
}

TEST_F(EventWriterTest, TheServerHearsWhatTheRunTells) {
  EventWriter events(ours_.get(), stop_);
  events.OnStage("encoding");
  EXPECT_EQ(Next<WorkerStage>().stage, "encoding");

  events.OnBatch({.epoch = 2,
                  .batch = 3,
                  .batches = 4,
                  .mean_loss = 0.5,
                  .learning_rate = 0.25,
                  .gradient_norm = 6,
                  .tokens = 700,
                  .tokens_per_second = 8e4});
  const auto progress = Next<WorkerProgress>();
  EXPECT_EQ(progress.epoch, 2);
  EXPECT_EQ(progress.batch, 3);
  EXPECT_EQ(progress.batches, 4);
  EXPECT_EQ(progress.mean_loss, 0.5);
  EXPECT_EQ(progress.learning_rate, 0.25);
  EXPECT_EQ(progress.gradient_norm, 6);
  EXPECT_EQ(progress.tokens, 700);
  EXPECT_EQ(progress.tokens_per_second, 8e4);

  events.OnEpoch({.epoch = 1,
                  .train_loss = 0.2,
                  .train_accuracy = 0.3,
                  .validation_loss = 0.4,
                  .validation_accuracy = 0.5,
                  .learning_rate = 0.6,
                  .gradient_norm = 0.7,
                  .tokens_per_second = 0.8,
                  .seconds = 0.9});
  EXPECT_EQ(Next<WorkerEpoch>().epoch, (EpochRecord{.epoch = 1,
                                                    .train_loss = 0.2,
                                                    .train_accuracy = 0.3,
                                                    .validation_loss = 0.4,
                                                    .validation_accuracy = 0.5,
                                                    .learning_rate = 0.6,
                                                    .gradient_norm = 0.7,
                                                    .tokens_per_second = 0.8,
                                                    .seconds = 0.9}));

  events.WriteDone({.model_folder = "/jobs/1/result",
                    .best_epoch = 7,
                    .best_validation_accuracy = 0.875});
  const auto done = Next<WorkerDone>();
  EXPECT_EQ(done.model_folder, "/jobs/1/result");
  EXPECT_EQ(done.best_epoch, 7);
  EXPECT_EQ(done.best_validation_accuracy, 0.875);
  EXPECT_OK(events.status());
}

TEST_F(EventWriterTest, AReasonNeedNotBeUtf8) {
  EventWriter events(ours_.get(), stop_);
  events.WriteFailed(absl::InvalidArgumentError("line 3: \xff\xfe"));
  EXPECT_EQ(Next<WorkerFailed>().reason, "line 3: \xff\xfe");
}

TEST_F(EventWriterTest, AServerThatIsGoneStopsTheRun) {
  EventWriter events(ours_.get(), stop_);
  events.OnStage("training");
  EXPECT_FALSE(stop_.stop_requested());
  servers_ = UniqueFd();
  events.OnStage("saving");
  EXPECT_TRUE(stop_.stop_requested());
  EXPECT_THAT(events.status(), StatusIs(absl::StatusCode::kUnavailable));
}

}  // namespace
}  // namespace carousel
