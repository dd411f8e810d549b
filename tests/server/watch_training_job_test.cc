// TrainingService/WatchTrainingJob through a real server and real workers.
#include <grpcpp/client_context.h>

#include <chrono>
#include <set>
#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/grpc_status.h"
#include "tests/support/server_fixture.h"

namespace carousel {
namespace {

using grpc::StatusCode;
using ::testing::ElementsAre;
using ::testing::IsSubsetOf;
using State = v1::TrainingJob;

constexpr char kMethod[] = "TrainingService/WatchTrainingJob";

class WatchTrainingJobTest : public ServerFixture {
 protected:
  void SetUp() override {
    StartServer();
    UploadSamples();
  }
};

TEST_F(WatchTrainingJobTest, WatchReplaysWhatTheWatcherDoesNotKnow) {
  const std::string job = Train(SampleTrainRequest());
  Watch(job);
  grpc::ClientContext context;
  v1::WatchTrainingJobRequest request;
  request.set_job(job);
  request.set_after_epoch(1);
  const auto reader = training_->WatchTrainingJob(&context, request);
  v1::WatchTrainingJobResponse event;
  ASSERT_TRUE(reader->Read(&event));
  EXPECT_EQ(event.epoch().epoch(), 2);
  ASSERT_TRUE(reader->Read(&event));
  EXPECT_EQ(event.job().state(), State::STATE_SUCCEEDED);
  EXPECT_FALSE(reader->Read(&event));
  EXPECT_THAT(reader->Finish(), IsGrpcOk());
}

TEST_F(WatchTrainingJobTest, WatchTellsWhatTheWorkerIsAt) {
  grpc::ClientContext context;
  v1::WatchTrainingJobRequest request;
  request.set_job(Train(EndlessTrainRequest()));
  const auto reader = training_->WatchTrainingJob(&context, request);
  // Those of the start may be over before the watch begins.
  std::set<std::string> stages;
  v1::WatchTrainingJobResponse event;
  while (!stages.contains("training") || !stages.contains("validating")) {
    ASSERT_TRUE(reader->Read(&event));
    if (!event.stage().empty()) stages.insert(event.stage());
  }
  context.TryCancel();
  EXPECT_THAT(stages, IsSubsetOf({"waiting", "verifying", "loading", "encoding",
                                  "training", "validating"}));
}

TEST_F(WatchTrainingJobTest, WatchRefusesANegativeEpoch) {
  grpc::ClientContext context;
  v1::WatchTrainingJobRequest request;
  request.set_job("job-000001");
  request.set_after_epoch(-1);
  const grpc::Status status =
      training_->WatchTrainingJob(&context, request)->Finish();
  EXPECT_THAT(WrongFields(status), ElementsAre("after_epoch"));
}

TEST_F(WatchTrainingJobTest, AWatcherWhoLeavesLeavesTheJobAlone) {
  const std::string job = Train(EndlessTrainRequest());
  WaitUntilRunning(job);  // a watcher who leaves
  WaitUntilNoneInFlight(kMethod);
  EXPECT_EQ(Ended(kMethod, "CANCELLED"), 1);
  EXPECT_EQ(GetJob(job).state(), State::STATE_RUNNING);
}

TEST_F(WatchTrainingJobTest, ADeadlineThatPassesLeavesTheJobAlone) {
  const std::string job = Train(EndlessTrainRequest());
  grpc::ClientContext context;
  SetServerDeadline(context, std::chrono::milliseconds(200));
  v1::WatchTrainingJobRequest request;
  request.set_job(job);
  const auto reader = training_->WatchTrainingJob(&context, request);
  v1::WatchTrainingJobResponse event;
  while (reader->Read(&event)) EXPECT_FALSE(event.has_job());
  EXPECT_THAT(reader->Finish(), GrpcCodeIs(StatusCode::DEADLINE_EXCEEDED));
  WaitUntilNoneInFlight(kMethod);
  EXPECT_EQ(Ended(kMethod, "DEADLINE_EXCEEDED"), 1);
  WaitUntilRunning(job);
}

TEST_F(WatchTrainingJobTest, AStopLeavesTheJobQueuedAndAStartGoesOn) {
  const std::string job = Train(EndlessTrainRequest());
  grpc::ClientContext context;
  v1::WatchTrainingJobRequest request;
  request.set_job(job);
  const auto reader = training_->WatchTrainingJob(&context, request);
  v1::WatchTrainingJobResponse event;
  do {
    ASSERT_TRUE(reader->Read(&event));
  } while (!event.has_epoch());
  server_->Shutdown();
  while (reader->Read(&event)) {
    EXPECT_FALSE(event.has_job()) << "the job is not over";
  }
  const grpc::Status status = reader->Finish();
  EXPECT_THAT(status, GrpcCodeIs(StatusCode::UNAVAILABLE));
  EXPECT_EQ(ReasonOf(status), "DRAINING");

  StopServer();
  StartServer();
  WaitUntilRunning(job);
  EXPECT_GE(GetJob(job).epoch(), 1);
}

}  // namespace
}  // namespace carousel
