#include "server/training_service.h"

#include <grpcpp/client_context.h>

#include <string>
#include <thread>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/support/grpc_status.h"
#include "tests/support/server_fixture.h"

namespace carousel {
namespace {

using grpc::StatusCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;
using State = v1::TrainingJob;

class TrainingServiceTest : public ServerFixture {
 protected:
  void SetUp() override {
    StartServer();
    UploadSamples();
  }

  // One that is not over before it is told to stop.
  static v1::TrainRequest EndlessTrainRequest() {
    v1::TrainRequest request = SampleTrainRequest();
    request.set_epochs(10000);
    return request;
  }

  grpc::Status TryTrain(const v1::TrainRequest& request) {
    grpc::ClientContext context;
    v1::TrainResponse response;
    const grpc::Status status = training_->Train(&context, request, &response);
    job_ = response.job();
    return status;
  }

  grpc::Status Cancel(const std::string& job) {
    grpc::ClientContext context;
    v1::CancelTrainingJobRequest request;
    request.set_job(job);
    v1::CancelTrainingJobResponse response;
    const grpc::Status status =
        training_->CancelTrainingJob(&context, request, &response);
    job_ = response.job();
    return status;
  }

  grpc::Status Resume(const std::string& job) {
    grpc::ClientContext context;
    v1::ResumeTrainingJobRequest request;
    request.set_job(job);
    v1::ResumeTrainingJobResponse response;
    const grpc::Status status =
        training_->ResumeTrainingJob(&context, request, &response);
    job_ = response.job();
    return status;
  }

  grpc::Status List(const v1::ListTrainingJobsRequest& request) {
    grpc::ClientContext context;
    list_.Clear();
    return training_->ListTrainingJobs(&context, request, &list_);
  }

  grpc::Status ListEpochs(const v1::ListEpochsRequest& request) {
    grpc::ClientContext context;
    epochs_.Clear();
    return training_->ListEpochs(&context, request, &epochs_);
  }

  v1::TrainingJob job_;
  v1::ListTrainingJobsResponse list_;
  v1::ListEpochsResponse epochs_;
};

TEST_F(TrainingServiceTest, TrainsAndPublishesAVersion) {
  const std::string job = Train(SampleTrainRequest());
  EXPECT_THAT(job, StartsWith("job-"));
  std::vector<std::int64_t> epochs;
  const auto events = Watch(job);
  for (const v1::WatchTrainingJobResponse& event : events) {
    if (event.has_epoch()) epochs.push_back(event.epoch().epoch());
  }
  EXPECT_THAT(epochs, ElementsAre(1, 2));
  ASSERT_THAT(events, Not(IsEmpty()));
  const v1::TrainingJob& end = events.back().job();
  EXPECT_EQ(end.state(), State::STATE_SUCCEEDED) << end.error();
  EXPECT_EQ(end.version(), 1);
  EXPECT_EQ(end.epoch(), 2);
  EXPECT_TRUE(end.has_best_epoch());
  EXPECT_TRUE(end.has_started_at());
  EXPECT_TRUE(end.has_ended_at());

  grpc::ClientContext context;
  v1::PredictRequest request;
  request.set_model("tiny");
  request.add_texts("a good film");
  v1::PredictResponse response;
  ASSERT_THAT(sentiment_->Predict(&context, request, &response), IsGrpcOk());
  EXPECT_EQ(response.version(), 1);
  EXPECT_EQ(response.positive_label(), "pos");
}

TEST_F(TrainingServiceTest, AJobRemembersEverythingItWasTold) {
  v1::TrainRequest request = EndlessTrainRequest();
  request.set_preset("classic");
  request.set_seed(7);
  request.set_max_examples(20);
  request.set_promote_if_better(true);
  ASSERT_THAT(TryTrain(request), IsGrpcOk());
  EXPECT_EQ(job_.model(), "tiny");
  EXPECT_EQ(job_.dataset(), "reviews");
  EXPECT_EQ(job_.vectors(), "words");
  EXPECT_EQ(job_.epochs(), 10000);
  EXPECT_TRUE(job_.promote_if_better());
  EXPECT_TRUE(job_.has_created_at());
  EXPECT_FALSE(job_.has_version());
  EXPECT_FALSE(job_.has_ended_at());
  EXPECT_THAT(job_.hyperparameters(), HasSubstr("\"hidden_size\":4"));
  EXPECT_THAT(job_.hyperparameters(), HasSubstr("\"seed\":7"));
  EXPECT_THAT(job_.hyperparameters(), HasSubstr("\"max_examples\":20"));
  EXPECT_THAT(log(), HasSubstr("job=" + job_.job() + " model=tiny queued"));
}

TEST_F(TrainingServiceTest, TrainNamesAllThatIsWrongAtOnce) {
  v1::TrainRequest request;
  request.set_dataset("../reviews");
  request.set_model("Tiny");
  request.set_preset("best");
  request.set_epochs(0);
  request.set_request_id(std::string(129, 'x'));
  (*request.mutable_settings())["learning_rate"] = "12";
  (*request.mutable_settings())["no_such_key"] = "1";
  const grpc::Status status = TryTrain(request);
  EXPECT_THAT(status, GrpcCodeIs(StatusCode::INVALID_ARGUMENT,
                                 "learning_rate is 12; it must be in (0, 1]"));
  EXPECT_THAT(
      WrongFields(status),
      UnorderedElementsAre("dataset", "vectors", "model", "preset", "epochs",
                           "request_id", "learning_rate", "no_such_key"));
}

TEST_F(TrainingServiceTest, TrainNamesWhatIsNotThere) {
  v1::TrainRequest request = SampleTrainRequest();
  request.set_dataset("elsewhere");
  EXPECT_THAT(TryTrain(request),
              GrpcCodeIs(StatusCode::NOT_FOUND, "elsewhere"));
  request = SampleTrainRequest();
  request.set_vectors("nowhere");
  EXPECT_THAT(TryTrain(request), GrpcCodeIs(StatusCode::NOT_FOUND, "nowhere"));
}

TEST_F(TrainingServiceTest, TheSameRequestIdIsTheSameJob) {
  v1::TrainRequest request = EndlessTrainRequest();
  request.set_request_id("once");
  const std::string job = Train(request);
  EXPECT_EQ(Train(request), job);
  request.set_seed(2);
  EXPECT_THAT(TryTrain(request), GrpcCodeIs(StatusCode::ALREADY_EXISTS));
}

TEST_F(TrainingServiceTest, AFullQueueSaysWhenToComeBack) {
  StopServer();
  options_.max_queued_jobs = 1;
  StartServer();
  WaitUntilRunning(Train(EndlessTrainRequest()));
  Train(EndlessTrainRequest());  // waits
  const grpc::Status status = TryTrain(EndlessTrainRequest());
  EXPECT_THAT(status, GrpcCodeIs(StatusCode::RESOURCE_EXHAUSTED));
  EXPECT_EQ(ReasonOf(status), "QUEUE_FULL");
  EXPECT_TRUE(GetDetail<google::rpc::RetryInfo>(status).has_value());
}

TEST_F(TrainingServiceTest, ListsJobsByStateNewestFirst) {
  const std::string first = Train(EndlessTrainRequest());
  WaitUntilRunning(first);
  const std::string second = Train(EndlessTrainRequest());
  const std::string third = Train(EndlessTrainRequest());

  v1::ListTrainingJobsRequest request;
  request.set_page_size(2);
  ASSERT_THAT(List(request), IsGrpcOk());
  ASSERT_THAT(list_.jobs(), SizeIs(2));
  EXPECT_EQ(list_.jobs(0).job(), third);
  EXPECT_EQ(list_.jobs(1).job(), second);
  request.set_page_token(list_.next_page_token());
  ASSERT_THAT(List(request), IsGrpcOk());
  ASSERT_THAT(list_.jobs(), SizeIs(1));
  EXPECT_EQ(list_.jobs(0).job(), first);
  EXPECT_THAT(list_.next_page_token(), IsEmpty());

  request.Clear();
  request.set_state(State::STATE_RUNNING);
  ASSERT_THAT(List(request), IsGrpcOk());
  ASSERT_THAT(list_.jobs(), SizeIs(1));
  EXPECT_EQ(list_.jobs(0).job(), first);
}

TEST_F(TrainingServiceTest, ListRefusesBadPagesAndStates) {
  v1::ListTrainingJobsRequest request;
  request.set_page_size(-1);
  EXPECT_THAT(WrongFields(List(request)), ElementsAre("page_size"));
  request.Clear();
  request.set_page_token("made up");
  EXPECT_THAT(List(request), GrpcCodeIs(StatusCode::INVALID_ARGUMENT));
  request.Clear();
  request.set_state(static_cast<v1::TrainingJob::State>(99));
  EXPECT_THAT(WrongFields(List(request)), ElementsAre("state"));
}

TEST_F(TrainingServiceTest, PagesThroughEpochs) {
  v1::TrainRequest train = SampleTrainRequest();
  train.set_epochs(3);
  const std::string job = Train(train);
  Watch(job);
  v1::ListEpochsRequest request;
  request.set_job(job);
  request.set_page_size(2);
  ASSERT_THAT(ListEpochs(request), IsGrpcOk());
  ASSERT_THAT(epochs_.epochs(), SizeIs(2));
  EXPECT_EQ(epochs_.epochs(0).epoch(), 1);
  EXPECT_GT(epochs_.epochs(0).train_loss(), 0);
  EXPECT_GT(epochs_.epochs(0).seconds(), 0);
  request.set_page_token(epochs_.next_page_token());
  ASSERT_THAT(ListEpochs(request), IsGrpcOk());
  ASSERT_THAT(epochs_.epochs(), SizeIs(1));
  EXPECT_EQ(epochs_.epochs(0).epoch(), 3);
  EXPECT_THAT(epochs_.next_page_token(), IsEmpty());
  request.set_page_token("made up");
  EXPECT_THAT(WrongFields(ListEpochs(request)), ElementsAre("page_token"));
}

TEST_F(TrainingServiceTest, WatchReplaysWhatTheWatcherDoesNotKnow) {
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

TEST_F(TrainingServiceTest, WatchRefusesANegativeEpoch) {
  grpc::ClientContext context;
  v1::WatchTrainingJobRequest request;
  request.set_job("job-000001");
  request.set_after_epoch(-1);
  const grpc::Status status =
      training_->WatchTrainingJob(&context, request)->Finish();
  EXPECT_THAT(WrongFields(status), ElementsAre("after_epoch"));
}

TEST_F(TrainingServiceTest, AWatcherWhoLeavesLeavesTheJobAlone) {
  const std::string job = Train(EndlessTrainRequest());
  WaitUntilRunning(job);  // a watcher who leaves
  while (InFlight("TrainingService/WatchTrainingJob") != 0) {
    std::this_thread::yield();
  }
  EXPECT_EQ(GetJob(job).state(), State::STATE_RUNNING);
}

TEST_F(TrainingServiceTest, CancelsARunningJob) {
  const std::string job = Train(EndlessTrainRequest());
  WaitUntilRunning(job);
  ASSERT_THAT(Cancel(job), IsGrpcOk());
  EXPECT_TRUE(job_.cancel_requested());
  const auto events = Watch(job);
  ASSERT_THAT(events, Not(IsEmpty()));
  EXPECT_EQ(events.back().job().state(), State::STATE_CANCELLED);
  EXPECT_FALSE(events.back().job().has_version());
}

TEST_F(TrainingServiceTest, CancelsAQueuedJobAtOnce) {
  WaitUntilRunning(Train(EndlessTrainRequest()));
  ASSERT_THAT(Cancel(Train(EndlessTrainRequest())), IsGrpcOk());
  EXPECT_EQ(job_.state(), State::STATE_CANCELLED);
}

TEST_F(TrainingServiceTest, ResumesACancelledJob) {
  const std::string running = Train(EndlessTrainRequest());
  WaitUntilRunning(running);
  const std::string job = Train(SampleTrainRequest());
  ASSERT_THAT(Cancel(job), IsGrpcOk());
  ASSERT_THAT(Resume(job), IsGrpcOk());
  EXPECT_EQ(job_.state(), State::STATE_QUEUED);
  ASSERT_THAT(Cancel(running), IsGrpcOk());
  const auto events = Watch(job);
  ASSERT_THAT(events, Not(IsEmpty()));
  EXPECT_EQ(events.back().job().state(), State::STATE_SUCCEEDED);
}

TEST_F(TrainingServiceTest, AJobThatIsOverIsNeitherCancelledNorResumed) {
  const std::string job = Train(SampleTrainRequest());
  Watch(job);
  EXPECT_THAT(Cancel(job), GrpcCodeIs(StatusCode::FAILED_PRECONDITION));
  EXPECT_THAT(Resume(job), GrpcCodeIs(StatusCode::FAILED_PRECONDITION));
}

TEST_F(TrainingServiceTest, NamesTheJobThatIsNotThere) {
  const std::string job = "job-999999";
  EXPECT_THAT(Cancel(job), GrpcCodeIs(StatusCode::NOT_FOUND, job));
  EXPECT_THAT(Resume(job), GrpcCodeIs(StatusCode::NOT_FOUND, job));
  v1::ListEpochsRequest epochs;
  epochs.set_job(job);
  EXPECT_THAT(ListEpochs(epochs), GrpcCodeIs(StatusCode::NOT_FOUND, job));
  grpc::ClientContext context;
  v1::GetTrainingJobRequest get;
  get.set_job(job);
  v1::GetTrainingJobResponse response;
  EXPECT_THAT(training_->GetTrainingJob(&context, get, &response),
              GrpcCodeIs(StatusCode::NOT_FOUND, job));
  grpc::Status status;
  EXPECT_THAT(Watch(job, &status), IsEmpty());
  EXPECT_THAT(status, GrpcCodeIs(StatusCode::NOT_FOUND, job));
}

TEST_F(TrainingServiceTest, AJobShowsInTheMetrics) {
  const std::string job = Train(EndlessTrainRequest());
  grpc::ClientContext context;
  v1::WatchTrainingJobRequest request;
  request.set_job(job);
  const auto reader = training_->WatchTrainingJob(&context, request);
  v1::WatchTrainingJobResponse event;
  do {
    ASSERT_TRUE(reader->Read(&event));
  } while (!event.has_epoch());
  const Series series = ScrapeMetrics();
  EXPECT_EQ(series.at("carousel_train_job_info{job=\"" + job +
                      "\",model=\"tiny\",slot=\"0\"}"),
            1);
  EXPECT_EQ(series.at("carousel_train_epochs{slot=\"0\"}"), 10000);
  EXPECT_GE(series.at("carousel_train_epoch{slot=\"0\"}"), 1);
  EXPECT_GT(series.at("carousel_train_loss{slot=\"0\",split=\"validation\"}"),
            0);
  EXPECT_EQ(series.at("carousel_jobs{state=\"RUNNING\"}"), 1);
  EXPECT_EQ(series.at("carousel_rpc_in_flight{method="
                      "\"TrainingService/WatchTrainingJob\"}"),
            1);
  context.TryCancel();
}

TEST_F(TrainingServiceTest, AStopLeavesTheJobQueuedAndAStartGoesOn) {
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
