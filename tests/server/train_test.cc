// TrainingService/Train through a real server and real workers.
#include <grpcpp/client_context.h>

#include <cstdint>
#include <string>
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
using ::testing::StartsWith;
using ::testing::UnorderedElementsAre;
using State = v1::TrainingJob;

class TrainTest : public ServerFixture {
 protected:
  void SetUp() override {
    StartServer();
    UploadSamples();
  }

  grpc::Status TryTrain(const v1::TrainRequest& request) {
    grpc::ClientContext context;
    v1::TrainResponse response;
    grpc::Status status = training_->Train(&context, request, &response);
    job_ = response.job();
    return status;
  }

  v1::TrainingJob job_;
};

TEST_F(TrainTest, TrainsAndPublishesAVersion) {
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

TEST_F(TrainTest, AJobRemembersEverythingItWasTold) {
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
  EXPECT_THAT(log(), HasSubstr("job_queued job=" + job_.job() + " model=tiny"));
}

TEST_F(TrainTest, TrainNamesAllThatIsWrongAtOnce) {
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

TEST_F(TrainTest, TrainNamesWhatIsNotThere) {
  v1::TrainRequest request = SampleTrainRequest();
  request.set_dataset("elsewhere");
  EXPECT_THAT(TryTrain(request),
              GrpcCodeIs(StatusCode::NOT_FOUND, "elsewhere"));
  request = SampleTrainRequest();
  request.set_vectors("nowhere");
  EXPECT_THAT(TryTrain(request), GrpcCodeIs(StatusCode::NOT_FOUND, "nowhere"));
}

TEST_F(TrainTest, TextsWithoutLabelsAreRefused) {
  v1::DatasetHeader header;
  header.set_name("texts");
  header.set_unlabelled(true);
  ASSERT_THAT(UploadDataset(header, "review\ngood\n"), IsGrpcOk());
  v1::TrainRequest request = SampleTrainRequest();
  request.set_dataset("texts");
  EXPECT_THAT(TryTrain(request),
              GrpcCodeIs(StatusCode::FAILED_PRECONDITION,
                         "dataset texts has no labels to learn from"));
}

TEST_F(TrainTest, TheSameRequestIdIsTheSameJob) {
  v1::TrainRequest request = EndlessTrainRequest();
  request.set_request_id("once");
  const std::string job = Train(request);
  EXPECT_EQ(Train(request), job);
  request.set_seed(2);
  EXPECT_THAT(TryTrain(request), GrpcCodeIs(StatusCode::ALREADY_EXISTS));
}

TEST_F(TrainTest, AFullQueueSaysWhenToComeBack) {
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

TEST_F(TrainTest, AJobShowsInTheMetrics) {
  const std::string job = Train(EndlessTrainRequest());
  grpc::ClientContext context;
  v1::WatchTrainingJobRequest request;
  request.set_job(job);
  const auto reader = training_->WatchTrainingJob(&context, request);
  // The second epoch comes after all that the first one moved.
  v1::WatchTrainingJobResponse event;
  do {
    ASSERT_TRUE(reader->Read(&event));
  } while (event.epoch().epoch() < 2);
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

}  // namespace
}  // namespace carousel
