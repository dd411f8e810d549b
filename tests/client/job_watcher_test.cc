#include "client/job_watcher.h"

#include <future>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/base/error_details.h"
#include "tests/client/fake_server.h"
#include "tests/client/fake_waiter.h"
#include "tests/support/status_matchers.h"

namespace carousel::client {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::SizeIs;

using Writer = grpc::ServerWriter<v1::WatchTrainingJobResponse>;

void WriteEpochs(Writer& writer, int first, int last) {
  v1::WatchTrainingJobResponse response;
  for (int i = first; i <= last; ++i) {
    response.mutable_epoch()->set_epoch(i);
    writer.Write(response);
  }
}

grpc::Status WriteEnd(Writer& writer) {
  v1::WatchTrainingJobResponse response;
  response.mutable_job()->set_job("job-1");
  response.mutable_job()->set_state(v1::TrainingJob::STATE_SUCCEEDED);
  writer.Write(response);
  return grpc::Status::OK;
}

// Writes down what it is told.
class Notes final : public WatchObserver {
 public:
  void OnEpoch(const v1::Epoch& epoch) override {
    epochs.push_back(epoch.epoch());
  }
  void OnProgress(const v1::TrainingProgress& progress) override {
    last_batch = progress.batch();
  }
  void OnStage(const std::string& stage) override { last_stage = stage; }
  void OnLost(const absl::Status& why, absl::Duration) override {
    losses.push_back(why.code());
  }

  std::vector<std::int64_t> epochs;
  std::vector<absl::StatusCode> losses;
  std::int64_t last_batch = 0;
  std::string last_stage;
};

class JobWatcherTest : public ::testing::Test {
 protected:
  absl::StatusOr<v1::TrainingJob> Watch(const CallOptions& call = {}) {
    return WatchJob(client_, {.job = "job-1", .call = call}, waiter_, notes_);
  }

  FakeServer server_;
  Client client_{server_.address()};
  FakeWaiter waiter_;
  Notes notes_;
};

TEST_F(JobWatcherTest, TellsEpochsThenTheJob) {
  server_.watch_job = [](const auto& request, Writer& writer) {
    EXPECT_EQ(request.job(), "job-1");
    EXPECT_EQ(request.after_epoch(), 0);
    WriteEpochs(writer, 1, 3);
    return WriteEnd(writer);
  };
  ASSERT_OK_AND_ASSIGN(const v1::TrainingJob job, Watch());
  EXPECT_EQ(job.state(), v1::TrainingJob::STATE_SUCCEEDED);
  EXPECT_THAT(notes_.epochs, ElementsAre(1, 2, 3));
  EXPECT_THAT(notes_.losses, SizeIs(0));
}

TEST_F(JobWatcherTest, TellsWhatTheWorkerIsAt) {
  server_.watch_job = [](const auto&, Writer& writer) {
    v1::WatchTrainingJobResponse response;
    response.set_stage("encoding");
    writer.Write(response);
    return WriteEnd(writer);
  };
  ASSERT_OK(Watch());
  EXPECT_EQ(notes_.last_stage, "encoding");
}

TEST_F(JobWatcherTest, GoesOnFromTheLastEpochAfterALoss) {
  std::vector<std::int64_t> asked;
  server_.watch_job = [&asked](const auto& request, Writer& writer) {
    asked.push_back(request.after_epoch());
    switch (asked.size()) {
      case 1:
        WriteEpochs(writer, 1, 2);
        return grpc::Status(grpc::StatusCode::UNAVAILABLE, "Socket closed");
      case 2:
        return grpc::Status(grpc::StatusCode::UNAVAILABLE, "refused");
      case 3:  // a server that repeats what is known
        WriteEpochs(writer, 2, 4);
        return grpc::Status::OK;  // ends without the job
      default:
        return WriteEnd(writer);
    }
  };
  ASSERT_OK(Watch());
  EXPECT_THAT(asked, ElementsAre(0, 2, 2, 4));
  EXPECT_THAT(notes_.epochs, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(notes_.losses, ElementsAre(absl::StatusCode::kUnavailable,
                                         absl::StatusCode::kUnavailable,
                                         absl::StatusCode::kAborted));
}

TEST_F(JobWatcherTest, PausesGrowToALimitAndBeginAnewOnceItIsBack) {
  int calls = 0;
  server_.watch_job = [&calls](const auto&, Writer& writer) {
    ++calls;
    if (calls == 1 || calls == 10) WriteEpochs(writer, 1, 1);
    if (calls == 11) return WriteEnd(writer);
    return grpc::Status(grpc::StatusCode::UNAVAILABLE, "down");
  };
  ASSERT_OK(Watch());
  const std::vector<absl::Duration> waits = waiter_.waits();
  ASSERT_THAT(waits, SizeIs(10));
  EXPECT_THAT(waits, Each(Ge(absl::Milliseconds(100))));
  EXPECT_THAT(waits, Each(Le(absl::Seconds(10))));
  for (int i = 1; i < 9; ++i) EXPECT_GE(waits[i], waits[i - 1]);
  EXPECT_EQ(waits[8], absl::Seconds(10));
  EXPECT_EQ(waits[9], waits[0]);
}

TEST_F(JobWatcherTest, WhatWillNotGetBetterEndsTheWatch) {
  for (const auto code :
       {grpc::StatusCode::NOT_FOUND, grpc::StatusCode::INVALID_ARGUMENT,
        grpc::StatusCode::PERMISSION_DENIED, grpc::StatusCode::UNIMPLEMENTED}) {
    server_.watch_job = [code](const auto&, Writer&) {
      return grpc::Status(code, "no");
    };
    EXPECT_THAT(Watch(), StatusIs(static_cast<absl::StatusCode>(code), "no"));
  }
  EXPECT_THAT(waiter_.waits(), SizeIs(0));
}

TEST_F(JobWatcherTest, AServerThatIsBrokenIsNotAskedForEver) {
  int calls = 0;
  server_.watch_job = [&calls](const auto&, Writer&) {
    ++calls;
    return grpc::Status(grpc::StatusCode::INTERNAL, "a bug");
  };
  EXPECT_THAT(Watch(), StatusIs(absl::StatusCode::kInternal, "a bug"));
  EXPECT_EQ(calls, 6);
}

TEST_F(JobWatcherTest, TheDeadlineEndsAWatch) {
  std::promise<void> done;
  server_.watch_job = [released = done.get_future().share()](const auto&,
                                                             Writer&) {
    released.wait();
    return grpc::Status::OK;
  };
  EXPECT_THAT(Watch({.deadline = absl::Now() + absl::Milliseconds(50)}),
              StatusIs(absl::StatusCode::kDeadlineExceeded));
  done.set_value();
}

TEST_F(JobWatcherTest, TheDeadlineEndsAWatchForAServerThatIsNotThere) {
  const Client client(kUnusedAddress);
  EXPECT_THAT(
      WatchJob(client,
               {.job = "job-1",
                .call = {.deadline = absl::Now() + absl::Milliseconds(50)}},
               waiter_, notes_),
      StatusIs(absl::StatusCode::kDeadlineExceeded));
}

TEST_F(JobWatcherTest, AServerThatNeverAnswersIsGivenUp) {
  const Client client(kUnusedAddress);
  EXPECT_THAT(WatchJob(client, {.job = "job-1"}, waiter_, notes_),
              StatusIs(absl::StatusCode::kUnavailable,
                       HasSubstr("cannot reach the server at 127.0.0.1:1")));
  EXPECT_THAT(notes_.losses, SizeIs(5));
}

TEST_F(JobWatcherTest, AServerThatHasAnsweredIsWaitedFor) {
  const Client client(kUnusedAddress);
  std::stop_source stop;
  // Stops the watch after many more losses than a stranger is granted.
  class Patience final : public WatchObserver {
   public:
    explicit Patience(std::stop_source& stop) : stop_(stop) {}
    void OnEpoch(const v1::Epoch&) override {}
    void OnProgress(const v1::TrainingProgress&) override {}
    void OnStage(const std::string&) override {}
    void OnLost(const absl::Status&, absl::Duration) override {
      if (++losses_ == 20) stop_.request_stop();
    }

   private:
    std::stop_source& stop_;
    int losses_ = 0;
  } patience(stop);
  EXPECT_THAT(WatchJob(client,
                       {.job = "job-1",
                        .was_reached = true,
                        .call = {.stop = stop.get_token()}},
                       waiter_, patience),
              StatusIs(absl::StatusCode::kCancelled));
}

TEST_F(JobWatcherTest, AStopEndsAWatch) {
  std::stop_source stop;
  std::promise<void> done;
  server_.watch_job = [&stop, released = done.get_future().share()](
                          const auto&, Writer& writer) {
    WriteEpochs(writer, 1, 1);
    stop.request_stop();
    released.wait();
    return grpc::Status::OK;
  };
  EXPECT_THAT(Watch({.stop = stop.get_token()}),
              StatusIs(absl::StatusCode::kCancelled));
  done.set_value();
}

// An observer that does not come back from the first epoch until the server
// has written everything.
class SlowObserver final : public WatchObserver {
 public:
  explicit SlowObserver(std::shared_future<void> written)
      : written_(std::move(written)) {}
  void OnEpoch(const v1::Epoch&) override {
    written_.wait();
    ++epochs;
  }
  void OnProgress(const v1::TrainingProgress&) override { ++progresses; }
  void OnStage(const std::string&) override {}
  void OnLost(const absl::Status&, absl::Duration) override {}

  int epochs = 0;
  int progresses = 0;

 private:
  const std::shared_future<void> written_;
};

TEST_F(JobWatcherTest, ASlowObserverDoesNotHoldUpTheServer) {
  std::promise<void> written;
  server_.watch_job = [&written](const auto&, Writer& writer) {
    WriteEpochs(writer, 1, 2);
    // Far more than the connection holds when nobody reads.
    v1::WatchTrainingJobResponse progress;
    for (int i = 0; i < 100'000; ++i) {
      progress.mutable_progress()->set_batch(i);
      writer.Write(progress);
    }
    grpc::Status status = WriteEnd(writer);
    written.set_value();
    return status;
  };
  SlowObserver observer(written.get_future().share());
  ASSERT_OK(WatchJob(client_, {.job = "job-1"}, waiter_, observer));
  EXPECT_EQ(observer.epochs, 2);
  EXPECT_LT(observer.progresses, 100'000);
}

}  // namespace
}  // namespace carousel::client
